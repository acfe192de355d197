package io.detour.rules.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.Decision;
import io.detour.rules.Explanation;
import io.detour.rules.FuzzCorpus;
import io.detour.rules.Hop;
import io.detour.rules.Hosts;
import io.detour.rules.Route;
import io.detour.rules.condition.Request;
import io.detour.rules.document.Problem;
import io.detour.rules.lint.Finding;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** R02, R03: whatever stands in a rule file, it is read or refused, soon and with a reason. */
@Timeout(10)
class RuleFileFuzzTest {
  private static final LocalDate TODAY = LocalDate.of(2027, 1, 15);

  /** 2027-01-15T08:00Z. */
  private static final long MORNING = 1_800_000_000;

  private static final List<HostPort> HOSTS =
      Stream.of(
              "erp.old.example.com",
              "old.example.com",
              "app-crm-07.corp.oldco.net",
              "a",
              "192.0.2.1",
              "[2001:db8::1]",
              "a".repeat(63) + ".b".repeat(86) + ".old.example.com")
          .map(Hosts::asked)
          .toList();

  @ParameterizedTest(name = "R02 R03 {0}")
  @MethodSource("corpus")
  void replay(byte[] input) {
    aRuleFileIsReadOrRefused(input);
  }

  static List<Named<byte[]>> corpus() {
    return FuzzCorpus.of(RuleFileFuzzTest.class);
  }

  /**
   * @param input UTF-8 with any errors replaced
   */
  @FuzzTest(maxDuration = "")
  void aRuleFileIsReadOrRefused(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    assertReadOrRefused(RuleFiles.parse("rules.yaml", text));
    assertReadOrRefused(RuleFiles.parse("rules.json", text));
  }

  private static void assertReadOrRefused(RuleFiles files) {
    switch (files) {
      case RuleFiles.Rejected rejected -> {
        assertThat(rejected.problems().isEmpty()).isFalse();
        assertReadable(rejected.problems());
      }
      case RuleFiles.Loaded loaded -> {
        assertReadable(loaded.failures());
        assertReadable(
            RuleReview.of(loaded, Setting.on(TODAY)).findings().stream()
                .map(Finding::problem)
                .toList());
        for (HostPort host : HOSTS) {
          Request request = Request.of(host, MORNING);
          Decision decision = loaded.rules().decide(request);
          Explanation explanation = loaded.rules().explain(request);
          assertThat(explanation.decision()).isEqualTo(decision);
          assertLeadsSomewhere(explanation.rewrite(), host);
        }
      }
    }
  }

  private static void assertLeadsSomewhere(Decision.@Nullable Rewrite rewrite, HostPort asked) {
    if (rewrite != null && rewrite.route(asked) instanceof Route route) {
      for (Hop hop : route.hops()) {
        assertThat(HostPort.parse(hop.address().toString())).isEqualTo(Parsed.of(hop.address()));
      }
    }
  }

  private static void assertReadable(List<Problem> problems) {
    for (Problem problem : problems) {
      if (!Printable.isLine(problem.toString()) || problem.line() < 0 || problem.column() < 0) {
        throw new AssertionError(problem.toString());
      }
    }
  }
}
