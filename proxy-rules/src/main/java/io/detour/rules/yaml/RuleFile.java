package io.detour.rules.yaml;

import io.detour.rules.Printable;
import io.detour.rules.RuleSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * What a rule file was read into: rules and tests, or the problems that it has. The language is
 * described in {@code docs/rules.md}.
 */
public sealed interface RuleFile {
  /** The largest file that is read. */
  int MAX_BYTES = 16 << 20;

  /**
   * A file without a problem. Its tests have not been run.
   *
   * @param rules the rules
   * @param tests the tests in the order of the file
   */
  record Loaded(RuleSet rules, List<RuleTest> tests) implements RuleFile {
    public Loaded {
      tests = List.copyOf(tests);
    }

    /** Runs the tests; a problem for each expectation that does not hold. */
    public List<Problem> failures() {
      return tests.stream().flatMap(test -> test.failures(rules).stream()).toList();
    }
  }

  /**
   * A file that cannot be used.
   *
   * @param problems every problem that was found, at least one, in the order of the file
   */
  record Rejected(List<Problem> problems) implements RuleFile {
    public Rejected {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads a file. Blocks on the disk: not for an event loop.
   *
   * @param path its text is the file's name in problems and in the positions of rules
   */
  static RuleFile load(Path path) {
    String file = path.toString();
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      return rejected(file, "cannot be read: " + reason(path, e));
    }
    if (bytes.length > MAX_BYTES) {
      return rejected(file, "is larger than " + (MAX_BYTES >> 20) + " MiB");
    }
    CharBuffer text = CharBuffer.allocate(bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CoderResult end = StandardCharsets.UTF_8.newDecoder().decode(in, text, true);
    text.flip();
    if (end.isError()) {
      Problems problems = new Problems(file);
      problems.add(endOf(text), "not UTF-8 text");
      return new Rejected(problems.inOrder());
    }
    return parse(file, text.toString());
  }

  /**
   * Reads the text of a file.
   *
   * @param fileName the file's name in problems and in the positions of rules
   * @param text YAML
   */
  static RuleFile parse(String fileName, String text) {
    Problems problems = new Problems(fileName);
    Node root = isPrintable(text, problems) ? NodeReader.read(text, problems) : null;
    Loaded loaded = root == null ? null : new RuleFileReader(problems).read(root);
    return loaded == null || !problems.isEmpty() ? new Rejected(problems.inOrder()) : loaded;
  }

  private static Rejected rejected(String file, String message) {
    return new Rejected(List.of(new Problem(file, 0, 0, message)));
  }

  private static String reason(Path path, IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "access is denied";
    }
    @Nullable String message = e.getMessage();
    return Files.isDirectory(path)
        ? "it is a folder (expected: a file)"
        : message == null ? "input error" : Printable.escaped(message);
  }

  /** YAML 1.2 section 5.1 lists the characters that a YAML text may have. */
  private static boolean isPrintable(String text, Problems problems) {
    for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      if (!StreamReader.isPrintable(c)) {
        problems.add(
            endOf(text.substring(0, i)),
            String.format("character U+%04X is not allowed in YAML", c));
        return false;
      }
    }
    return true;
  }

  /** Where the next character after a text would stand. */
  private static Location endOf(CharSequence text) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        line++;
        column = 1;
      } else if (!Character.isLowSurrogate(c)) {
        column++;
      }
    }
    return new Location(line, column);
  }
}
