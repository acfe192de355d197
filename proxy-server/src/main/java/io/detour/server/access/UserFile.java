package io.detour.server.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.document.Problem;
import io.detour.rules.document.RegularFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads users from a file as {@code htpasswd(1)} writes it: {@code USER:HASH} in each line, besides
 * empty lines and lines that begin with {@code #}.
 */
public final class UserFile {
  private static final int MAX_FILE_BYTES = 16 << 20;
  private static final int MAX_LINE_CHARACTERS = 1024;
  private static final int MAX_PROBLEMS = 100;

  private final String file;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, PasswordHash> hashes = new HashMap<>();
  private final Map<String, Integer> lines = new HashMap<>();

  private UserFile(String file) {
    this.file = file;
  }

  /** Reads a file, which problems name by its path. Blocks on the disk: not for an event loop. */
  public static Read load(Path path) {
    UserFile file = new UserFile(path.toString());
    try {
      byte[] bytes = RegularFile.read(path, MAX_FILE_BYTES);
      if (bytes.length > MAX_FILE_BYTES) {
        return file.unreadable("is larger than 16 MiB");
      }
      return file.read(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return file.unreadable("is not UTF-8");
    } catch (NoSuchFileException e) {
      return file.unreadable("there is no such file");
    } catch (IOException e) {
      return file.unreadable("cannot be read: " + RegularFile.reason(e));
    }
  }

  private Read unreadable(String why) {
    return new Rejected(List.of(new Problem(file, 0, 0, why)));
  }

  private Read read(String text) {
    String[] all = text.split("\n", -1);
    for (int i = 0; i < all.length && problems.size() < MAX_PROBLEMS; i++) {
      String line = all[i].endsWith("\r") ? all[i].substring(0, all[i].length() - 1) : all[i];
      if (!line.isBlank() && line.charAt(0) != '#') {
        read(i + 1, line);
      }
    }
    if (!problems.isEmpty()) {
      return new Rejected(problems);
    }
    return hashes.isEmpty()
        ? unreadable("has no user (expected: at least one; htpasswd -B FILE USER adds one)")
        : new Users(hashes);
  }

  private void read(int number, String line) {
    int colon = line.indexOf(':');
    if (line.length() > MAX_LINE_CHARACTERS) {
      add(number, 1, "the line is longer than " + MAX_LINE_CHARACTERS + " characters");
    } else if (colon < 0) {
      add(number, 1, "a colon is missing (expected: USER:HASH)");
    } else if (!isName(line.substring(0, colon))) {
      String problem = "is empty, too long or has a character that cannot be shown";
      add(number, 1, "the user's name " + problem + " (expected: 1 to 255 bytes)");
    } else {
      read(number, line.substring(0, colon), line.substring(colon + 1));
    }
  }

  private static boolean isName(String name) {
    int bytes = name.getBytes(UTF_8).length;
    return bytes >= 1 && bytes <= Credentials.MAX_BYTES && Printable.isLine(name);
  }

  private void read(int number, String user, String hash) {
    Integer first = lines.putIfAbsent(user, number);
    if (first != null) {
      add(number, 1, "the same user as in line " + first);
    }
    switch (PasswordHash.parse(hash)) {
      case Parsed.Value(PasswordHash readable) -> hashes.putIfAbsent(user, readable);
      case Parsed.Malformed(String problem) ->
          add(number, user.codePointCount(0, user.length()) + 2, problem);
    }
  }

  private void add(int line, int column, String problem) {
    problems.add(new Problem(file, line, column, problem));
  }

  /** The users of a file, or the problems that it has. */
  public sealed interface Read {}

  /** At least one problem, in the order of the file; without any part of it. */
  public record Rejected(List<Problem> problems) implements Read {
    public Rejected {
      problems = List.copyOf(problems);
    }
  }

  /**
   * The users of a file, at least one, with the hashes of their passwords. Immutable; any thread.
   */
  public static final class Users implements Read {
    private final Map<String, PasswordHash> hashes;
    private final PasswordHash decoy;

    /**
     * @throws IllegalArgumentException if there is none
     */
    Users(Map<String, PasswordHash> hashes) {
      this.hashes = Map.copyOf(hashes);
      this.decoy = mostUsual(hashes.values());
    }

    /** One of the kind and cost that most have. */
    private static PasswordHash mostUsual(Collection<PasswordHash> hashes) {
      record Work(PasswordHash.Kind kind, int cost) {}
      return hashes.stream()
          .collect(Collectors.groupingBy(hash -> new Work(hash.kind(), hash.cost())))
          .values()
          .stream()
          .max(Comparator.comparingInt(List::size))
          .orElseThrow(() -> new IllegalArgumentException("hashes: none (expected: at least one)"))
          .getFirst();
    }

    int count() {
      return hashes.size();
    }

    @Nullable PasswordHash hash(String user) {
      return hashes.get(user);
    }

    /**
     * A hash to try the password of an unknown user on, so that the answer takes as long as to a
     * wrong password. The result means nothing.
     */
    PasswordHash decoy() {
      return decoy;
    }

    @Override
    public String toString() {
      return hashes.size() + " users";
    }
  }
}
