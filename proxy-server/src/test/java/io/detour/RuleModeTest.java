package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How far rules go, by their own mode and by that of the process. */
@Timeout(60)
class RuleModeTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin asked;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin renamed;

  @BeforeEach
  void start() throws IOException {
    asked = TcpOrigin.saying("asked");
    renamed = TcpOrigin.saying("renamed");
  }

  @AfterEach
  void stop() throws IOException {
    asked.close();
    renamed.close();
  }

  private String rules(String mode) {
    return """
    version: 1
    rules:
      - name: erp
        match: { host: { exact: erp.old.test } }
        action: rewrite
        targets: [{ to: "127.0.0.1:%d" }, { to: original }]
        mode: %s
    """
        .formatted(renamed.port(), mode);
  }

  @Test
  void aRuleThatReportsChangesNothingAndTellsWhatItWouldDo() throws IOException {
    try (RunningServer proxy = RunningServer.start(rules("report"))) {
      proxy.dns().answer("erp.old.test", "127.0.0.1");
      try (RawClient client = proxy.client()) {
        ResponseHead head = client.tunnel("erp.old.test:" + asked.port());

        assertThat(head.fields()).doesNotContainKey("proxy-status");
        assertThat(client.rest()).isEqualTo("asked");
      }
      assertThat(renamed.accepted()).isZero();
      assertReported(proxy);
    }
  }

  @ParameterizedTest(name = "what would be {0} is dialled, and reported as that")
  @EnumSource(Would.class)
  void whatWouldBeRefusedIsOnlyReported(Would would) throws IOException {
    try (RunningServer proxy = RunningServer.start(would.rules)) {
      proxy.dns().answer("erp.old.test", "127.0.0.1");

      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");

      assertThat(proxy.log().uses())
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .containsEntry("action", would.action)
                      .containsEntry("mode", "report")
                      .containsEntry("attempts", "1")
                      .doesNotContainKey("would_rewrite_to"));
      assertThat(proxy.log().refusals()).isEmpty();
    }
  }

  enum Would {
    REJECTED("reject", "action: reject\n    mode: report"),
    BROWNED_OUT(
        "brownout",
        "action: pass\n    log: info\n    mode: report\n"
            + "    brownout: { cron: \"* * * * *\", for: 1m }"),
    EXPIRED(
        "reject",
        "action: pass\n    log: info\n    mode: report\n"
            + "    expires: 2020-01-01\n    on_expiry: reject");

    final String action;
    final String rules;

    Would(String action, String outcome) {
      this.action = action;
      rules =
          "version: 1\nrules:\n  - name: erp\n    match: { host: { exact: erp.old.test } }\n    "
              + outcome
              + "\n";
    }
  }

  @Test
  void aRuleThatIsOffLeavesItToTheNext() throws IOException {
    String rules =
        rules("off")
            + """
              - name: below
                match: { host: { suffix: old.test } }
                action: reject
            """;
    try (RunningServer proxy = RunningServer.start(rules)) {
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("403");

      assertThat(proxy.log().uses())
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("rule", "below"));
      assertThat(proxy.metric("detour_rule_matches_total", "rule=\"erp\"", "mode=\"off\""))
          .isZero();
    }
  }

  @Test
  void theModeOfTheProcessLimitsRulesAlsoThoseThatAreReadAgain() throws Exception {
    try (ReloadingServer reloading =
        ReloadingServer.start(folder, rules("enforce"), Mode.REPORT, options -> options)) {
      RunningServer proxy = reloading.server();
      proxy.dns().answer("erp.old.test", "127.0.0.1");
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");
      assertReported(proxy);

      reloading.write("# again\n" + rules("enforce"));
      assertThat(reloading.reload().summary()).startsWith("1 rule in force: unchanged");

      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");
      assertThat(proxy.metric("detour_rule_matches_total", "mode=\"report\"")).isEqualTo(2);
      assertThat(renamed.accepted()).isZero();
    }
  }

  @Test
  void aProcessThatIsOffPassesEverything() throws IOException {
    String rules = rules("enforce").replace("rules:", "defaults: { unmatched: reject }\nrules:");
    try (ReloadingServer reloading =
        ReloadingServer.start(folder, rules, Mode.OFF, options -> options)) {
      RunningServer proxy = reloading.server();
      proxy.dns().answer("erp.old.test", "127.0.0.1").answer("any.test", "127.0.0.1");

      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");
      assertThat(proxy.answer("any.test:" + asked.port())).isEqualTo("asked");

      assertThat(proxy.log().uses()).isEmpty();
      assertThat(proxy.metric("detour_rule_matches_total", "mode=\"off\"")).isZero();
    }
  }

  @Test
  void whatARuleReportedIsNotCountedAsEnforcedWhenItsModeChanges() throws Exception {
    try (ReloadingServer reloading = ReloadingServer.start(folder, rules("report"))) {
      RunningServer proxy = reloading.server();
      proxy.dns().answer("erp.old.test", "127.0.0.1");
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");

      reloading.write(rules("enforce"));
      reloading.reload();
      assertThat(proxy.metric("detour_rule_matches_total")).isZero();

      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("renamed");
      assertThat(proxy.metric("detour_rule_matches_total", "mode=\"enforce\"")).isEqualTo(1);
      assertThat(proxy.metric("detour_rule_matches_total", "mode=\"report\"")).isZero();
    }
  }

  @Test
  void whatARuleReportsIsNoDialOfItsTargetsWhenItsModeChangesEither() throws Exception {
    String report = rules("report").replace("mode:", "when: on_failure\n    mode:");
    try (ReloadingServer reloading = ReloadingServer.start(folder, report)) {
      RunningServer proxy = reloading.server();
      proxy.dns().answer("erp.old.test", "127.0.0.1");
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");

      reloading.write(report.replace("mode: report", "mode: enforce"));
      reloading.reload();

      assertThat(proxy.metric("detour_rule_target_connects_total", "target=\"asked\"")).isZero();
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("asked");
      assertThat(proxy.metric("detour_rule_target_connects_total", "target=\"asked\""))
          .isEqualTo(1);
    }
  }

  private void assertReported(RunningServer proxy) throws IOException {
    assertThat(proxy.log().uses())
        .containsExactly(
            Map.of(
                "level",
                "INFO",
                "client",
                "127.0.0.1",
                "requested",
                "erp.old.test:" + asked.port(),
                "rule",
                "erp",
                "action",
                "rewrite",
                "mode",
                "report",
                "would_rewrite_to",
                "127.0.0.1:" + renamed.port(),
                "target",
                "erp.old.test:" + asked.port(),
                "attempts",
                "1",
                "status",
                "200"));
    assertThat(proxy.metric("detour_rule_matches_total", "rule=\"erp\"", "mode=\"report\""))
        .isEqualTo(1);
    assertThat(proxy.metric("detour_rule_target_connects_total")).isZero();
  }
}
