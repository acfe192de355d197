package io.detour.rules.yaml;

import io.detour.rules.RuleSet;
import io.detour.rules.document.Document;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problem;
import io.detour.rules.document.Problems;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What rule files were read into: one set of rules with its tests, or the problems that they have.
 * The language is described in {@code docs/rules.md}.
 */
public sealed interface RuleFiles {
  /**
   * Files without a problem. Their tests have not been run.
   *
   * @param rules the rules of all files, in the order of the files
   * @param tests the tests in the order of the files
   */
  record Loaded(RuleSet rules, List<RuleTest> tests) implements RuleFiles {
    public Loaded {
      tests = List.copyOf(tests);
    }

    /** Runs the tests; a problem for each expectation that does not hold. */
    public List<Problem> failures() {
      return tests.stream().flatMap(test -> test.failures(rules).stream()).toList();
    }
  }

  /**
   * Files that cannot be used.
   *
   * @param problems every problem that was found, at least one, in the order of the files
   */
  record Rejected(List<Problem> problems) implements RuleFiles {
    public Rejected {
      problems = List.copyOf(problems);
    }
  }

  /** Reads a file alone, with the time zone of this machine. */
  static RuleFiles load(Path file) {
    return load(List.of(file), ZoneId.systemDefault());
  }

  /**
   * Reads files as one set of rules. Blocks on the disk: not for an event loop. Several files are
   * read at the same time, by as many threads as there are processors.
   *
   * @param files their texts are the files' names in problems and in the positions of rules
   * @param zone in which the days and hours of rules are meant
   */
  static RuleFiles load(List<Path> files, ZoneId zone) {
    List<Callable<FileContents>> reads = new ArrayList<>();
    for (Path file : files) {
      Problems problems = new Problems(file.toString());
      reads.add(() -> contents(Document.load(file, problems), problems, zone));
    }
    return RuleSetAssembly.of(inParallel(reads));
  }

  /** Reads the text of a file, with the time zone of this machine. */
  static RuleFiles parse(String fileName, String text) {
    return parse(fileName, text, ZoneId.systemDefault());
  }

  /**
   * Reads the text of a file.
   *
   * @param fileName the file's name in problems and in the positions of rules
   * @param text YAML
   * @param zone in which the days and hours of rules are meant
   */
  static RuleFiles parse(String fileName, String text, ZoneId zone) {
    Problems problems = new Problems(fileName);
    return RuleSetAssembly.of(List.of(contents(Document.parse(text, problems), problems, zone)));
  }

  private static FileContents contents(@Nullable Node root, Problems problems, ZoneId zone) {
    return root == null
        ? FileContents.none(problems)
        : new RuleFileReader(problems, zone).read(root);
  }

  private static List<FileContents> inParallel(List<Callable<FileContents>> reads) {
    int threads = Math.min(reads.size(), Runtime.getRuntime().availableProcessors());
    List<FileContents> contents = new ArrayList<>();
    try (ExecutorService readers = Executors.newFixedThreadPool(Math.max(1, threads))) {
      for (Future<FileContents> read : reads.stream().map(readers::submit).toList()) {
        contents.add(read.get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading a rule file", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading rule files", e);
    }
    return contents;
  }
}
