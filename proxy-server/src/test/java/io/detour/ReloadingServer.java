package io.detour;

import io.detour.config.Configuration;
import io.detour.rules.Mode;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RuleFileLoader;
import io.detour.server.decide.RuleLoader;
import io.detour.server.decide.RuleLoader.RuleSupply;
import io.detour.server.decide.RuleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A server whose rules stand in a file. */
public final class ReloadingServer implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 20;

  private final Path rules;
  private final RunningServer server;

  private ReloadingServer(
      Path rules, Duration watch, Mode limit, UnaryOperator<Configuration> change)
      throws IOException {
    this.rules = rules;
    RuleLoader loader =
        new RuleFileLoader(
            new RuleSource.Listed(List.of(rules)),
            day -> Setting.on(day).withParents(Set.of()),
            limit);
    if (!(loader.read() instanceof RuleReview.Accepted accepted)) {
      throw new IllegalArgumentException(rules + " has a problem");
    }
    RuleSupply supply = new RuleSupply(accepted.rules(), loader, watch, Mode.ENFORCE);
    server = RunningServer.start(supply, change);
  }

  /** Serves with a new file of this text in the folder, which is not watched. */
  public static ReloadingServer start(Path folder, String text) throws IOException {
    return start(folder, text, Mode.ENFORCE, options -> options);
  }

  /** The same with rules that go no further than a mode, and with other options. */
  static ReloadingServer start(
      Path folder, String text, Mode limit, UnaryOperator<Configuration> change)
      throws IOException {
    Path rules = Files.writeString(folder.resolve("rules.yaml"), text);
    return new ReloadingServer(rules, Duration.ZERO, limit, change);
  }

  /** Serves with this file. */
  static ReloadingServer of(Path rules, Duration watch) throws IOException {
    return new ReloadingServer(rules, watch, Mode.ENFORCE, options -> options);
  }

  /** The rest of the server. */
  RunningServer server() {
    return server;
  }

  /** The file. */
  public Path rules() {
    return rules;
  }

  /** Writes the file in place. */
  public void write(String text) throws IOException {
    Files.writeString(rules, text);
  }

  /** Has the file read again, and waits for it. */
  ReloadResult reload() throws Exception {
    return server.reload(Reloader.Trigger.SIGNAL).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** Where the admin interface is. */
  public String adminAuthority() {
    return server.adminAuthority();
  }

  @Override
  public void close() {
    server.close();
  }
}
