package io.detour.rules.yaml;

import io.detour.rules.RuleSet;
import io.detour.rules.document.Document;
import io.detour.rules.document.Problem;
import io.detour.rules.document.Problems;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule file was read into: rules and tests, or the problems that it has. The language is
 * described in {@code docs/rules.md}.
 */
public sealed interface RuleFile {
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
    Problems problems = new Problems(path.toString());
    return read(Document.load(path, problems), problems);
  }

  /**
   * Reads the text of a file.
   *
   * @param fileName the file's name in problems and in the positions of rules
   * @param text YAML
   */
  static RuleFile parse(String fileName, String text) {
    Problems problems = new Problems(fileName);
    return read(Document.parse(text, problems), problems);
  }

  private static RuleFile read(@Nullable Document document, Problems problems) {
    Loaded loaded = document == null ? null : new RuleFileReader(problems).read(document.root());
    return loaded == null || !problems.isEmpty() ? new Rejected(problems.inOrder()) : loaded;
  }
}
