package io.detour.rules.lint;

import io.detour.rules.Mode;
import io.detour.rules.RuleSet;
import io.detour.rules.document.Problem;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.file.RuleFiles.FileNotes;
import io.detour.rules.file.RuleTest;
import io.detour.rules.lint.Code.Severity;
import io.detour.rules.lint.Lint.Setting;
import java.util.ArrayList;
import java.util.List;

/**
 * What reading rules came to: a set that may decide, or what speaks against it. The same for every
 * command and every reload: rules are refused if a file has a problem, if a finding is an error, or
 * if one of their own tests fails.
 */
public sealed interface RuleReview {
  /** What is suspicious, in the order of the files. */
  List<Finding> findings();

  /** The same with rules that go no further than a mode, whatever they say. */
  default RuleReview atMost(Mode limit) {
    return this;
  }

  /**
   * They may be used.
   *
   * @param files what was read
   * @param findings all of them warnings
   */
  record Accepted(RuleFiles.Loaded files, List<Finding> findings) implements RuleReview {
    public Accepted {
      findings = List.copyOf(findings);
    }

    /** Rules about which there is nothing to say. */
    public static Accepted of(RuleSet rules) {
      return new Accepted(new RuleFiles.Loaded(rules, List.of(), FileNotes.NONE), List.of());
    }

    /** The rules that may decide. */
    public RuleSet rules() {
      return files.rules();
    }

    @Override
    public Accepted atMost(Mode limit) {
      return new Accepted(
          new RuleFiles.Loaded(rules().atMost(limit), files.tests(), files.notes()), findings);
    }
  }

  /** They may not be used. */
  sealed interface Refused extends RuleReview {
    /** Everything that speaks against them, at least one; no warnings. */
    List<Problem> problems();
  }

  /**
   * They could not be read.
   *
   * @param problems at least one
   */
  record Unreadable(List<Problem> problems) implements Refused {
    public Unreadable {
      problems = List.copyOf(problems);
    }

    @Override
    public List<Finding> findings() {
      return List.of();
    }
  }

  /**
   * They could be read, and would do what cannot be meant.
   *
   * @param files what was read
   * @param findings warnings and errors
   * @param failures the expectations of tests that do not hold
   * @param failedTests how many tests have such
   */
  record Wrong(
      RuleFiles.Loaded files, List<Finding> findings, List<Problem> failures, int failedTests)
      implements Refused {
    public Wrong {
      findings = List.copyOf(findings);
      failures = List.copyOf(failures);
    }

    @Override
    public List<Problem> problems() {
      List<Problem> problems = new ArrayList<>();
      findings.stream()
          .filter(finding -> finding.severity() == Severity.ERROR)
          .forEach(finding -> problems.add(finding.problem()));
      problems.addAll(failures);
      return problems;
    }
  }

  /** Judges what was read. Takes time: not for an event loop. */
  static RuleReview of(RuleFiles files, Setting setting) {
    return switch (files) {
      case RuleFiles.Rejected rejected -> new Unreadable(rejected.problems());
      case RuleFiles.Loaded loaded -> of(loaded, setting);
    };
  }

  private static RuleReview of(RuleFiles.Loaded loaded, Setting setting) {
    List<Finding> findings = Lint.of(loaded, setting);
    List<Problem> failures = new ArrayList<>();
    int failedTests = 0;
    for (RuleTest test : loaded.tests()) {
      List<Problem> ofTest = test.failures(loaded.rules());
      failures.addAll(ofTest);
      failedTests += ofTest.isEmpty() ? 0 : 1;
    }
    boolean wrong = findings.stream().anyMatch(each -> each.severity() == Severity.ERROR);
    return wrong || failedTests > 0
        ? new Wrong(loaded, findings, failures, failedTests)
        : new Accepted(loaded, findings);
  }
}
