package io.detour.rules.file;

import io.detour.rules.RuleSet;
import io.detour.rules.document.Document;
import io.detour.rules.document.DocumentPaths;
import io.detour.rules.document.Node.Location;
import io.detour.rules.document.Problem;
import io.detour.rules.document.Problems;
import io.detour.rules.file.RuleFileReader.FileContents;
import io.detour.rules.host.HostMatcher;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What rule files were read into: one set of rules with its tests, or the problems that they have.
 * The language is described in {@code docs/rules.md}.
 */
public sealed interface RuleFiles {
  /** Files without a problem, in order. Their tests have not been run. */
  record Loaded(RuleSet rules, List<RuleTest> tests, FileNotes notes) implements RuleFiles {
    public Loaded {
      tests = List.copyOf(tests);
    }

    /** No files: every host is passed. */
    public static Loaded none() {
      return new Loaded(RuleSet.empty(), List.of(), FileNotes.NONE);
    }

    /** Runs the tests; a problem for each expectation that does not hold. */
    public List<Problem> failures() {
      return tests.stream().flatMap(test -> test.failures(rules).stream()).toList();
    }
  }

  /** Files that cannot be used, with every problem in the order of the files. */
  record Rejected(List<Problem> problems) implements RuleFiles {
    public Rejected {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads files and folders as one set of rules, by as many threads as there are processors. Blocks
   * on the disk: not for an event loop.
   */
  static RuleFiles load(List<Path> paths, ZoneId zone) {
    DocumentPaths found = DocumentPaths.of(paths);
    RuleFiles rules = RuleSetAssembly.of(inParallel(found.files(), zone));
    if (found.problems().isEmpty()) {
      return rules;
    }
    List<Problem> problems = new ArrayList<>(found.problems());
    if (rules instanceof Rejected rejected) {
      problems.addAll(rejected.problems());
    }
    return new Rejected(problems);
  }

  /** Reads the text of a file, with the time zone of this machine. */
  static RuleFiles parse(String fileName, String text) {
    return parse(fileName, text, ZoneId.systemDefault());
  }

  static RuleFiles parse(String fileName, String text, ZoneId zone) {
    Problems problems = new Problems(fileName);
    RuleFileReader reader = new RuleFileReader(problems, zone);
    return RuleSetAssembly.of(List.of(reader.read(Document.parse(text, problems, reader.lists()))));
  }

  private static FileContents contents(Path file, ZoneId zone) {
    Problems problems = new Problems(file.toString());
    RuleFileReader reader = new RuleFileReader(problems, zone);
    return reader.read(Document.load(file, problems, reader.lists()));
  }

  private static List<FileContents> inParallel(List<Path> files, ZoneId zone) {
    int threads = Math.min(files.size(), Runtime.getRuntime().availableProcessors());
    List<FileContents> contents = new ArrayList<>();
    try (ExecutorService readers = Executors.newFixedThreadPool(Math.max(1, threads))) {
      List<Future<FileContents>> reads =
          files.stream().map(file -> readers.submit(() -> contents(file, zone))).toList();
      for (Future<FileContents> read : reads) {
        contents.add(read.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("reading the rule files", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading rule files", e);
    }
    return contents;
  }

  /** A value of a file, and where it stands. */
  record Located<T>(T value, String file, Location at) {}

  /** What files say beside rules and tests: legacy suffixes, and anchors without alias. */
  record FileNotes(
      List<String> files,
      List<Located<HostMatcher.Suffix>> legacySuffixes,
      List<Located<String>> unusedAnchors) {
    public static final FileNotes NONE = new FileNotes(List.of(), List.of(), List.of());

    public FileNotes {
      files = List.copyOf(files);
      legacySuffixes = List.copyOf(legacySuffixes);
      unusedAnchors = List.copyOf(unusedAnchors);
    }
  }
}
