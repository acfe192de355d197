package io.detour.cli;

import io.detour.core.Printable;
import io.detour.ops.certificates.CertificateSurvey;
import io.detour.rules.document.Problem;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Code.Severity;
import io.detour.rules.lint.RuleReview;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code detour check} found, in words.
 *
 * @param paths what was checked, as it was named
 * @param review what came of it
 * @param strict whether warnings count as errors
 * @param certificates what trying out the targets came to, or null if that was not wanted or the
 *     rules could not be read
 */
record CheckedRules(
    List<Path> paths, RuleReview review, boolean strict, @Nullable CertificateSurvey certificates) {
  /** Paths that the summary names. */
  private static final int NAMED = 3;

  CheckedRules {
    paths = List.copyOf(paths);
  }

  /** Whether the rules can be used. */
  boolean isGood() {
    return switch (review) {
      case RuleReview.Accepted accepted ->
          !strict
              || (accepted.findings().isEmpty() && (certificates == null || certificates.isGood()));
      case RuleReview.Refused _ -> false;
    };
  }

  /** The rules and tests, or null if they could not be read. */
  RuleFiles.@Nullable Loaded files() {
    return switch (review) {
      case RuleReview.Accepted accepted -> accepted.files();
      case RuleReview.Wrong wrong -> wrong.files();
      case RuleReview.Unreadable _ -> null;
    };
  }

  /** Why the files could not be read. */
  List<Problem> problems() {
    return review instanceof RuleReview.Unreadable unreadable ? unreadable.problems() : List.of();
  }

  /** The expectations of tests that do not hold. */
  List<Problem> failures() {
    return review instanceof RuleReview.Wrong wrong ? wrong.failures() : List.of();
  }

  /** How many tests have such. */
  int failedTests() {
    return review instanceof RuleReview.Wrong wrong ? wrong.failedTests() : 0;
  }

  /** How many findings weigh so much. */
  int count(Severity severity) {
    int lint = (int) review.findings().stream().filter(f -> f.severity() == severity).count();
    return severity == Severity.WARNING ? lint + flaws().size() : lint;
  }

  /** What is wrong with targets. */
  private List<CertificateSurvey.Flaw> flaws() {
    return certificates == null ? List.of() : certificates.flaws();
  }

  /** Everything that was found, one a line. */
  Stream<String> lines() {
    return Stream.of(problems(), review.findings(), failures(), flaws())
        .flatMap(List::stream)
        .map(Object::toString);
  }

  /** {@code rules.yaml: 5 rules, 9 tests passed, 2 warnings}. */
  String summary() {
    RuleFiles.Loaded files = files();
    List<String> parts = new ArrayList<>();
    if (files == null) {
      parts.add(counted(problems().size(), "problem"));
    } else {
      parts.add(counted(files.rules().rules().size(), "rule"));
      parts.add(tests(files.tests().size()));
      addCount(parts, Severity.ERROR);
      addCount(parts, Severity.WARNING);
    }
    return names() + ": " + String.join(", ", parts);
  }

  /**
   * {@code certificates: 3 probes, 1 warning; not tested: zone (rules.yaml:9, no exact host)}, or
   * null if none were looked at.
   */
  @Nullable String certificateSummary() {
    if (certificates == null) {
      return null;
    }
    StringBuilder text = new StringBuilder("certificates: ");
    text.append(counted(certificates.probes(), "probe"));
    if (certificates.unfinished() > 0) {
      text.append(" (").append(certificates.unfinished()).append(" not over in time)");
    }
    text.append(", ").append(counted(flaws().size(), "warning"));
    List<CertificateSurvey.Untested> untested = certificates.untested();
    if (!untested.isEmpty()) {
      text.append("; not tested: ")
          .append(
              untested.stream()
                  .limit(NAMED)
                  .map(CheckedRules::named)
                  .collect(Collectors.joining(", ")));
      if (untested.size() > NAMED) {
        text.append(" and ").append(untested.size() - NAMED).append(" more");
      }
    }
    return text.toString();
  }

  private static String named(CertificateSurvey.Untested untested) {
    String place = Printable.escaped(untested.rule().position().toString());
    return untested.rule().name() + " (" + place + ", " + untested.reason() + ")";
  }

  private String names() {
    if (paths.isEmpty()) {
      return "no rule files";
    }
    String named =
        paths.stream()
            .limit(NAMED)
            .map(path -> Printable.escaped(path.toString()))
            .collect(Collectors.joining(", "));
    return paths.size() > NAMED ? named + " and " + (paths.size() - NAMED) + " more" : named;
  }

  private String tests(int tests) {
    if (tests == 0) {
      return "no tests";
    }
    return failedTests() == 0
        ? counted(tests, "test") + " passed"
        : failedTests() + " of " + counted(tests, "test") + " failed";
  }

  private void addCount(List<String> parts, Severity severity) {
    int count = count(severity);
    if (count > 0) {
      parts.add(counted(count, severity.toString()));
    }
  }

  private static String counted(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
