package io.detour.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.detour.core.Printable;
import io.detour.ops.certificates.CertificateSurvey;
import io.detour.ops.ledger.AddressSurvey;
import io.detour.rules.Rule;
import io.detour.rules.document.Problem;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Code.Severity;
import io.detour.rules.lint.Finding;
import io.detour.rules.lint.RuleReview;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code detour check} found, for people and for scripts.
 *
 * @param paths what was checked, as it was named
 * @param strict whether warnings count as errors
 * @param certificates of the targets, or null if they were not tried out
 * @param addresses of the names of rules, or null if they were not compared with a ledger
 */
record CheckedRules(
    List<Path> paths,
    RuleReview review,
    boolean strict,
    @Nullable CertificateSurvey certificates,
    @Nullable AddressSurvey addresses) {
  private static final int MAX_NAMED = 3;

  CheckedRules {
    paths = List.copyOf(paths);
  }

  /** What the files say alone. */
  static CheckedRules of(List<Path> paths, RuleReview review, boolean strict) {
    return new CheckedRules(paths, review, strict, null, null);
  }

  CheckedRules with(CertificateSurvey survey) {
    return new CheckedRules(paths, review, strict, survey, addresses);
  }

  CheckedRules with(AddressSurvey survey) {
    return new CheckedRules(paths, review, strict, certificates, survey);
  }

  boolean isGood() {
    return switch (review) {
      case RuleReview.Accepted accepted ->
          !strict
              || (accepted.findings().isEmpty()
                  && (certificates == null || certificates.isGood())
                  && (addresses == null || addresses.isGood()));
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
  private List<Problem> problems() {
    return review instanceof RuleReview.Unreadable unreadable ? unreadable.problems() : List.of();
  }

  /** The expectations of tests that do not hold. */
  private List<Problem> failures() {
    return review instanceof RuleReview.Wrong wrong ? wrong.failures() : List.of();
  }

  private int failedTests() {
    return review instanceof RuleReview.Wrong wrong ? wrong.failedTests() : 0;
  }

  private int count(Severity severity) {
    int lint = (int) review.findings().stream().filter(f -> f.severity() == severity).count();
    return severity == Severity.WARNING ? lint + flaws().size() + askedByAddress().size() : lint;
  }

  private List<CertificateSurvey.Flaw> flaws() {
    return certificates == null ? List.of() : certificates.flaws();
  }

  private List<AddressSurvey.AskedByAddress> askedByAddress() {
    return addresses == null ? List.of() : addresses.findings();
  }

  /** Everything that was found, one a line. */
  Stream<String> lines() {
    return Stream.of(problems(), review.findings(), failures(), flaws(), askedByAddress())
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
    String names =
        paths.isEmpty()
            ? "no rule files"
            : named(paths, path -> Printable.escaped(path.toString()));
    return names + ": " + String.join(", ", parts);
  }

  /** A line for each survey that was made. */
  Stream<String> surveys() {
    return Stream.of(certificateSummary(), addressSummary()).flatMap(Stream::ofNullable);
  }

  /** {@code addresses: 3 names, 1 warning}. */
  private @Nullable String addressSummary() {
    return addresses == null
        ? null
        : "addresses: "
            + counted(addresses.names(), "name")
            + left(addresses.unfinished(), "not resolved")
            + ", "
            + counted(askedByAddress().size(), "warning");
  }

  private static String left(int unfinished, String words) {
    return unfinished == 0 ? "" : " (" + unfinished + " " + words + ")";
  }

  /**
   * {@code certificates: 3 probes, 1 warning; not tested: zone (rules.yaml:9, no exact host)}, or
   * null if no targets were tried out.
   */
  private @Nullable String certificateSummary() {
    if (certificates == null) {
      return null;
    }
    StringBuilder text = new StringBuilder("certificates: ");
    text.append(counted(certificates.probes(), "probe"));
    text.append(left(certificates.unfinished(), "not over in time"));
    text.append(", ").append(counted(flaws().size(), "warning"));
    if (!certificates.untested().isEmpty()) {
      text.append("; not tested: ").append(named(certificates.untested(), CheckedRules::named));
    }
    return text.toString();
  }

  private static String named(CertificateSurvey.Untested untested) {
    String place = Printable.escaped(untested.rule().position().toString());
    return untested.rule().name() + " (" + place + ", " + untested.reason() + ")";
  }

  /** The first few, and how many more there are. */
  private static <T> String named(List<T> all, Function<T, String> name) {
    String named = all.stream().limit(MAX_NAMED).map(name).collect(Collectors.joining(", "));
    return all.size() > MAX_NAMED ? named + " and " + (all.size() - MAX_NAMED) + " more" : named;
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

  /** The JSON object that {@code docs/rules.md} describes. */
  Record json() {
    RuleFiles.Loaded read = files();
    return new Json(
        isGood(),
        paths.stream().map(Path::toString).toList(),
        read == null ? null : read.rules().rules().size(),
        problems().stream().map(ProblemJson::of).toList(),
        review.findings().stream().map(FindingJson::of).toList(),
        count(Severity.ERROR),
        count(Severity.WARNING),
        new Tests(
            read == null ? 0 : read.tests().size(),
            failedTests(),
            failures().stream().map(ProblemJson::of).toList()),
        certificates == null ? null : Certificates.of(certificates),
        addresses == null ? null : Addresses.of(addresses));
  }

  private record Json(
      boolean ok,
      List<String> files,
      @Nullable Integer rules,
      List<ProblemJson> problems,
      List<FindingJson> findings,
      int errors,
      int warnings,
      Tests tests,
      @Nullable Certificates certificates,
      @Nullable Addresses addresses) {}

  private record Tests(int run, int failed, List<ProblemJson> failures) {}

  /** Line and column are null where something is about a file as a whole. */
  private record Place(String file, @Nullable Integer line, @Nullable Integer column) {
    static Place of(String file, int line, int column) {
      return line == 0 ? new Place(file, null, null) : new Place(file, line, column);
    }

    static Place of(Rule rule) {
      return of(rule.file(), rule.line(), rule.column());
    }
  }

  private record ProblemJson(@JsonUnwrapped Place place, String message) {
    static ProblemJson of(Problem problem) {
      return new ProblemJson(
          Place.of(problem.file(), problem.line(), problem.column()), problem.message());
    }
  }

  private record FindingJson(
      String severity,
      String code,
      @Nullable String rule,
      @JsonUnwrapped Place place,
      String message,
      List<Related> related) {
    private record Related(String file, int line) {}

    static FindingJson of(Finding finding) {
      return new FindingJson(
          finding.severity().toString(),
          finding.code().toString(),
          finding.rule(),
          Place.of(finding.file(), finding.line(), finding.column()),
          finding.message(),
          finding.related().stream().map(at -> new Related(at.file(), at.line())).toList());
    }
  }

  private record Addresses(int names, int unfinished, List<AskedByAddress> findings) {
    private record AskedByAddress(
        String severity,
        String code,
        String rule,
        @JsonUnwrapped Place place,
        String legacyName,
        String address,
        long requests,
        String lastSeen,
        String message) {
      static AskedByAddress of(AddressSurvey.AskedByAddress found) {
        return new AskedByAddress(
            Severity.WARNING.toString(),
            "asked-by-address",
            found.rule().name(),
            Place.of(found.rule()),
            found.name().name(),
            found.address().name(),
            found.requests(),
            Instant.ofEpochSecond(found.lastSeen())
                .atZone(ZoneId.systemDefault())
                .toOffsetDateTime()
                .toString(),
            found.message());
      }
    }

    static Addresses of(AddressSurvey survey) {
      return new Addresses(
          survey.names(),
          survey.unfinished(),
          survey.findings().stream().map(AskedByAddress::of).toList());
    }
  }

  private record Certificates(
      int probes, int unfinished, List<Flaw> findings, List<Untested> untested) {
    private record Flaw(
        String severity,
        String code,
        String rule,
        @JsonUnwrapped Place place,
        String legacyName,
        String target,
        @Nullable String via,
        String message) {
      static Flaw of(CertificateSurvey.Flaw flaw) {
        return new Flaw(
            Severity.WARNING.toString(),
            flaw.kind().toString(),
            flaw.rule().name(),
            Place.of(flaw.rule()),
            flaw.probe().legacyName().name(),
            flaw.probe().target().toString(),
            flaw.probe().via(),
            flaw.message());
      }
    }

    private record Untested(String rule, @JsonUnwrapped Place place, String reason) {}

    static Certificates of(CertificateSurvey survey) {
      return new Certificates(
          survey.probes(),
          survey.unfinished(),
          survey.flaws().stream().map(Flaw::of).toList(),
          survey.untested().stream()
              .map(each -> new Untested(each.rule().name(), Place.of(each.rule()), each.reason()))
              .toList());
    }
  }
}
