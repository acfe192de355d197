package io.detour.ops.ledger;

import io.detour.core.Parsed;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a ledger is. Its text, which {@link #parse} takes, shows no credentials. */
public sealed interface LedgerUrl
    permits LedgerUrl.Automatic,
        LedgerUrl.Off,
        LedgerUrl.Sqlite,
        LedgerUrl.Unusable,
        PostgresqlUrl {
  /** What {@link #parse} takes. */
  String EXPECTED =
      "auto, off, jdbc:sqlite:/PATH or jdbc:postgresql://[USER:PASSWORD@]HOST[:PORT]/DATABASE";

  /** What comes before the path of an SQLite file. */
  String SQLITE_SCHEME = "jdbc:sqlite:";

  /** An SQLite file in the usual folder, see {@link #resolved}. */
  record Automatic() implements LedgerUrl {
    @Override
    public String toString() {
      return "auto";
    }
  }

  /** No ledger. */
  record Off() implements LedgerUrl {
    @Override
    public String toString() {
      return "off";
    }
  }

  /** An SQLite file. */
  record Sqlite(Path file) implements LedgerUrl {
    @Override
    public String toString() {
      return SQLITE_SCHEME + file;
    }
  }

  /** No folder for {@link Automatic} is known, and why. */
  record Unusable(String problem) implements LedgerUrl {
    @Override
    public String toString() {
      return "auto";
    }
  }

  /** A place, or what is wrong without any part of the text, since that may hold a password. */
  static Parsed<LedgerUrl> parse(String text) {
    if (text.equals("auto")) {
      return Parsed.of(new Automatic());
    }
    if (text.equals("off")) {
      return Parsed.of(new Off());
    }
    if (text.startsWith(SQLITE_SCHEME)) {
      return sqlite(text.substring(SQLITE_SCHEME.length()));
    }
    if (text.startsWith(PostgresqlUrl.SCHEME)) {
      return PostgresqlUrl.parsed(text.substring(PostgresqlUrl.SCHEME.length()));
    }
    return Parsed.malformed("it begins with none of these");
  }

  private static Parsed<LedgerUrl> sqlite(String path) {
    if (path.isEmpty() || path.startsWith(":") || path.startsWith("file:")) {
      return Parsed.malformed("there is no path of a file behind jdbc:sqlite:");
    }
    if (path.indexOf('?') >= 0) {
      return Parsed.malformed("parameters are not allowed behind the path of an SQLite file");
    }
    try {
      return Parsed.of(new Sqlite(Path.of(path)));
    } catch (InvalidPathException _) {
      return Parsed.malformed("the path of the file cannot be used");
    }
  }

  /**
   * The same, with {@link Automatic} made {@code ledger.db} in the first folder of {@code
   * STATE_DIRECTORY}, which systemd sets, or else in {@code detour} of {@code XDG_STATE_HOME} or
   * {@code ~/.local/state}.
   */
  default LedgerUrl resolved(Map<String, String> environment, @Nullable String home) {
    if (!(this instanceof Automatic)) {
      return this;
    }
    try {
      String state = environment.getOrDefault("STATE_DIRECTORY", "");
      if (!state.isEmpty()) {
        return new Sqlite(Path.of(state.split(":", 2)[0], "ledger.db"));
      }
      String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
      // The XDG specification has relative paths ignored.
      if (!xdg.isEmpty() && Path.of(xdg).isAbsolute()) {
        return new Sqlite(Path.of(xdg, "detour", "ledger.db"));
      }
      return home == null || !Path.of(home).isAbsolute()
          ? new Unusable("there is neither STATE_DIRECTORY nor XDG_STATE_HOME nor a home folder")
          : new Sqlite(Path.of(home, ".local", "state", "detour", "ledger.db"));
    } catch (InvalidPathException e) {
      return new Unusable("STATE_DIRECTORY or XDG_STATE_HOME is no path: " + e.getReason());
    }
  }

  /** The same for this process. */
  default LedgerUrl resolved() {
    return resolved(System.getenv(), System.getProperty("user.home"));
  }
}
