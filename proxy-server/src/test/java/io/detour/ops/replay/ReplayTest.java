package io.detour.ops.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.ops.replay.ReplayResult.ChangeGroup;
import io.detour.ops.replay.ReplayResult.Changes;
import io.detour.rules.RuleSet;
import io.detour.rules.file.RuleFiles;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayTest {
  private static final String USED = "2026-11-20T08:00:00.000Z INFO  decision";
  private static final String UNMATCHED = "2026-11-20T08:00:00.000Z INFO  decision";
  private static final String REFUSED = "2026-11-20T08:00:01.000Z INFO  decision";

  private static RuleSet rules(String... rules) {
    return rulesWith("{}", rules);
  }

  private static RuleSet rulesWith(String defaults, String... rules) {
    StringBuilder text = new StringBuilder("version: 1\ndefaults: " + defaults + "\nrules:\n");
    for (String rule : rules) {
      text.append("  - ").append(rule).append('\n');
    }
    RuleFiles files = RuleFiles.parse("new.yaml", text.toString(), ZoneOffset.UTC);
    assertThat(files).isInstanceOf(RuleFiles.Loaded.class);
    return ((RuleFiles.Loaded) files).rules();
  }

  private static ReplayResult replay(RuleSet rules, String... lines) {
    Replay replay = new Replay(rules);
    String log = String.join("\n", lines);
    LogSummary summary =
        AccessLogReader.read(new ByteArrayInputStream(log.getBytes(UTF_8)), "-", replay);
    assertThat(summary.firstStrange()).isEmpty();
    return replay.finish();
  }

  /** The changes as {@code was | now}. */
  private static List<String> changed(ReplayResult result) {
    return texts(result.changed());
  }

  private static List<String> texts(Changes changes) {
    return changes.groups().stream()
        .map(group -> group.change().was() + " | " + group.change().now())
        .toList();
  }

  private static String used(String facts) {
    return USED + " client=10.20.1.9 requested=a.old:443 " + facts;
  }

  /** A rule for {@code a.old}. */
  private static String rule(String name, String does) {
    return "{ name: " + name + ", match: { host: { exact: a.old } }, " + does + " }";
  }

  @ParameterizedTest(name = "{0} | {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        // What the log says | what the new rule does | the change, or "same"
        "action=rewrite mode=enforce target=a.new:443 attempts=1 | action: rewrite, to: a.new |"
            + " same",
        "action=rewrite target=a.new:443 | action: rewrite, to: a.new | same",
        "action=rewrite mode=enforce target=a.new:443 attempts=1 | action: rewrite, to: b.new"
            + " | r: rewrite to a.new:443 / r: rewrite to b.new:443",
        "action=rewrite mode=enforce target=a.new:443 attempts=1"
            + " | action: rewrite, to: 'a.new:444'"
            + " | r: rewrite to a.new:443 / r: rewrite to a.new:444",
        "action=rewrite mode=enforce target=a.new:443 attempts=1"
            + " | action: rewrite, targets: [{ to: a.new }, { to: b.new }] | same",
        "action=rewrite mode=enforce target=a.new:443 attempts=2"
            + " | action: rewrite, targets: [{ to: b.new }, { to: a.new }] | same",
        "action=rewrite mode=enforce target=a.new:443 attempts=1"
            + " | action: rewrite, targets: [{ to: b.new }, { to: a.new }]"
            + " | r: rewrite to a.new:443 / r: rewrite to b.new:443, then a.new:443",
        "action=rewrite mode=enforce target=a.old:443 attempts=1"
            + " | action: rewrite, when: on_failure, to: a.new | same",
        "action=rewrite mode=enforce target=a.new:443 attempts=2"
            + " | action: rewrite, when: on_failure, to: a.new | same",
        "action=rewrite mode=enforce target=a.new:443 attempts=1"
            + " | action: pass | r: rewrite to a.new:443 / r: pass",
        "action=rewrite mode=enforce target=a.new:443 attempts=1"
            + " | action: rewrite, to: a.new, mode: report"
            + " | r: rewrite to a.new:443 / r: would rewrite to a.new:443",
        "action=rewrite mode=report would_rewrite_to=a.new:443 target=a.old:443 attempts=1"
            + " | action: rewrite, to: a.new, mode: report | same",
        "action=rewrite mode=report would_rewrite_to=a.new:443 target=a.old:443 attempts=1"
            + " | action: rewrite, to: a.new"
            + " | r: would rewrite to a.new:443 / r: rewrite to a.new:443",
        "action=rewrite mode=report would_rewrite_to=a.new:443 target=a.old:443 attempts=1"
            + " | action: rewrite, to: b.new, mode: report"
            + " | r: would rewrite to a.new:443 / r: would rewrite to b.new:443",
        "action=rewrite mode=report would_rewrite_to=a.new:443 target=a.old:443 attempts=1"
            + " | action: rewrite, when: on_failure, to: a.new, mode: report | same",
        "action=pass mode=enforce target=a.old:443 attempts=1 | action: pass | same",
        "action=pass mode=enforce target=a.old:443 attempts=1"
            + " | action: reject | r: pass / r: reject",
        "action=reject mode=enforce | action: reject, message: another | same",
        "action=brownout mode=enforce | action: pass | r: brownout / r: pass",
        "action=pass mode=enforce target=a.old:443"
            + " | action: pass, brownout: { cron: '0 8 * * *', for: 15m } | r: pass / r: brownout",
        "action=reject mode=report target=a.old:443 attempts=1"
            + " | action: reject | r: would reject / r: reject",
        "action=rewrite mode=enforce target=a.new:443 attempts=1 | action: rewrite, to: a.new,"
            + " mode: 'off' | r: rewrite to a.new:443 / no rule: pass",
        "action=rewrite mode=enforce target=a.new:443 attempts=1"
            + " | action: rewrite, to: a.new, expires: 2026-11-19, on_expiry: disable"
            + " | r: rewrite to a.new:443 / no rule: pass",
        "action=rewrite mode=enforce target=a.new:443 attempts=1"
            + " | action: rewrite, to: a.new, expires: 2026-11-20, on_expiry: disable | same",
      })
  void aDecisionChangesIfActionModeOrDestinationDo(String was, String now, String change) {
    ReplayResult result = replay(rules(rule("r", now)), used("rule=r " + was));

    assertThat(changed(result))
        .isEqualTo(change.equals("same") ? List.of() : List.of(change.replace(" / ", " | ")));
    assertThat(result.renamed().requests()).isZero();
    assertThat(result.undecided()).isZero();
  }

  @Test
  void aRewriteWithoutValidHostIsOneThing() {
    RuleSet rules =
        rules(
            "{ name: r, match: { host: { suffix: a.old } }, action: rewrite, to: '{prefix}.new' }");
    String refused =
        used(
            "rule=r action=rewrite mode=enforce status=502 error=proxy_configuration_error"
                + " details=\"target \\\"{prefix}.new\\\" made no valid host: x\"");

    assertThat(replay(rules, refused).changed().groups()).isEmpty();
    assertThat(changed(replay(rules, used("rule=r action=rewrite mode=enforce target=b.new:443"))))
        .containsExactly("r: rewrite to b.new:443 | r: rewrite to no valid host");
    assertThat(
            changed(
                replay(
                    rules(rule("r", "action: rewrite, to: b.new")),
                    used("rule=r action=rewrite mode=enforce"),
                    refused)))
        .containsExactly("r: rewrite to no valid host | r: rewrite to b.new:443");
  }

  @ParameterizedTest
  @CsvSource({
    "status=403 error=http_request_denied details=x",
    "status=403 error=destination_ip_prohibited details=x",
    "status=503 error=connection_limit_reached details=x",
    "status=502 error=proxy_configuration_error details=\"the parent proxy is not configured\"",
    "details=x",
  })
  void whereARefusedRequestWouldHaveGoneIsNotKnown(String end) {
    String refused = used("rule=r action=rewrite mode=enforce " + end);

    assertThat(replay(rules(rule("r", "action: rewrite, to: b.new")), refused).changed().requests())
        .isZero();
    assertThat(changed(replay(rules(rule("r", "action: reject")), refused)))
        .containsExactly("r: rewrite | r: reject");
  }

  @Test
  void anotherRuleWithTheSameEffectIsCountedApart() {
    ReplayResult result =
        replay(
            rules(rule("new-name", "action: rewrite, to: a.new")),
            used("rule=r action=rewrite mode=enforce target=a.new:443 attempts=1"));

    assertThat(result.changed().requests()).isZero();
    assertThat(texts(result.renamed()))
        .containsExactly("r: rewrite to a.new:443 | new-name: rewrite to a.new:443");
  }

  @Test
  void aTargetThatIsDialledAtOnceBecauseItAnsweredAsAFallbackIsNoChange() {
    RuleSet rules = rules(rule("r", "action: rewrite, targets: [{ to: b.new }, { to: a.new }]"));
    String remembered = used("rule=r action=rewrite mode=enforce target=a.new:443 attempts=1");
    String fellBack = used("rule=r action=rewrite mode=enforce target=a.new:443 attempts=2");

    assertThat(replay(rules, remembered, remembered, fellBack).changed().groups()).isEmpty();
    assertThat(replay(rules, remembered, remembered).changed().requests()).isEqualTo(2);
    assertThat(
            replay(rules, remembered, fellBack.replace("rule=r", "rule=other"))
                .changed()
                .requests())
        .isEqualTo(1);
  }

  @Test
  void theClientAndTheTimeOfTheLineDecide() {
    RuleSet rules =
        rules(
            "{ name: hq, match: { host: { exact: a.old }, client: 10.20.0.0/16 }, action: pass }",
            rule("r", "action: rewrite, to: a.new"));
    String line = used("rule=r action=rewrite mode=enforce target=a.new:443 attempts=1");

    ReplayResult result =
        replay(
            rules,
            line,
            line.replace("10.20.1.9", "10.30.1.9"),
            line.replace("10.20.1.9", "\"2001:db8::9\""),
            line.replace("10.20.1.9", "\"local:/run/detour.sock\""));

    assertThat(result.requests()).isEqualTo(4);
    assertThat(result.changed().requests()).isEqualTo(1);
    assertThat(changed(result)).containsExactly("r: rewrite to a.new:443 | hq: pass");
  }

  @Test
  void aLegacyNameWithoutARuleMayGetOne() {
    String line = UNMATCHED + " client=10.20.1.9 requested=a.old:443 suffix=old";

    assertThat(changed(replay(rules(rule("r", "action: rewrite, to: a.new")), line)))
        .containsExactly("no rule: pass | r: rewrite to a.new:443");
    assertThat(replay(rules(rule("r", "action: pass")), line).renamed().requests()).isEqualTo(1);
    assertThat(replay(RuleSet.empty(), line).changed().requests()).isZero();
  }

  @Test
  void aListOfWhatIsAllowedIsRecognisedByItsRefusals() {
    RuleSet allowList =
        rulesWith("{ unmatched: reject }", rule("r", "action: pass").replace("a.", "b."));
    String refusal =
        REFUSED
            + " client=10.20.1.9 requested=a.old:443 status=403 error=http_request_denied"
            + " details=\"no rule allows this host\"";
    String unmatched = UNMATCHED + " client=10.20.1.9 requested=a.old:443 suffix=old";

    assertThat(replay(allowList, refusal).changed().requests()).isZero();
    String unlisted =
        unmatched + " status=403 error=http_request_denied details=\"no rule allows this host\"";
    assertThat(replay(allowList, unlisted).changed().requests()).isZero();
    assertThat(changed(replay(allowList, unmatched)))
        .containsExactly("no rule: pass | no rule: reject");
    assertThat(changed(replay(RuleSet.empty(), unlisted)))
        .containsExactly("no rule: reject | no rule: pass");
  }

  @Test
  @DisplayName("a name that was dialled in vain is compared, if a rule of the log is not silent")
  void aNameThatWasDialledInVainIsCompared() {
    String failed =
        REFUSED + " client=10.20.1.9 requested=a.old:443 status=502 error=dns_error details=x";

    assertThat(changed(replay(rules(rule("r", "action: rewrite, to: a.new")), failed)))
        .containsExactly("no rule: pass | r: rewrite to a.new:443");
    assertThat(
            replay(rules(rule("r", "action: rewrite, to: a.new, log: 'off'")), failed)
                .changed()
                .requests())
        .isZero();
  }

  @Test
  void whatWasRefusedBeforeTheRulesWereAskedIsNotCompared() {
    ReplayResult result =
        replay(
            rules(rule("r", "action: rewrite, to: a.new")),
            REFUSED + " client=10.20.1.9 status=400 error=http_request_error details=x",
            REFUSED
                + " client=10.20.1.9 requested=a.old:443 status=503 error=connection_limit_reached"
                + " details=x");

    assertThat(result.requests()).isEqualTo(2);
    assertThat(result.undecided()).isEqualTo(2);
    assertThat(result.changed().requests()).isZero();
  }

  @Test
  void aRequestOfARuleThatFailedIsComparedAsAnyOther() {
    String failed =
        used("rule=r action=rewrite mode=enforce target=a.new:443 attempts=1")
            + " status=502 error=dns_error";

    ReplayResult result = replay(rules(rule("r", "action: rewrite, to: b.new")), failed, failed);

    assertThat(result.requests()).isEqualTo(2);
    assertThat(result.changed().requests()).isEqualTo(2);
  }

  @Test
  void groupsHaveTheMostFrequentFirstWithClientsAndTimes() {
    Replay replay = new Replay(RuleSet.empty());
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      log.append(
          "2026-11-20T08:%02d:00Z INFO  decision client=10.0.0.%d requested=%s.old:443 rule=r"
                  .formatted(59 - i, i % 7, i < 10 ? "a" : "b")
              + " action=rewrite target=x.new:443 attempts=1\n");
    }
    AccessLogReader.read(new ByteArrayInputStream(log.toString().getBytes(UTF_8)), "-", replay);

    List<ChangeGroup> groups = replay.finish().changed().groups();

    assertThat(groups)
        .extracting(group -> group.change().asked().toString())
        .containsExactly("b.old:443", "a.old:443");
    assertThat(groups.getFirst())
        .extracting(
            ChangeGroup::requests,
            ChangeGroup::clients,
            ChangeGroup::moreClients,
            ChangeGroup::first,
            ChangeGroup::last)
        .containsExactly(
            20L,
            7,
            false,
            Instant.parse("2026-11-20T08:30:00Z"),
            Instant.parse("2026-11-20T08:49:00Z"));
  }

  @Test
  void groupsAndClientsAreBoundedAndTheRestIsCounted() {
    Replay replay = new Replay(RuleSet.empty());
    int names = ChangeGroups.MAX_GROUPS + 500;
    for (int i = 0; i < names; i++) {
      replay.accept(request("h" + i + ".old", "10.0.0.1"));
    }
    for (int i = 0; i < 2 * ChangeGroups.MAX_CLIENTS; i++) {
      replay.accept(request("h0.old", "10.1." + i / 256 + "." + i % 256));
    }

    Changes changed = replay.finish().changed();

    assertThat(changed.requests()).isEqualTo(names + 2L * ChangeGroups.MAX_CLIENTS);
    assertThat(changed.groups()).hasSize(ChangeGroups.MAX_GROUPS);
    assertThat(changed.ungrouped()).isEqualTo(500);
    ChangeGroup most = changed.groups().getFirst();
    assertThat(most.requests()).isEqualTo(1 + 2L * ChangeGroups.MAX_CLIENTS);
    assertThat(most.clients()).isEqualTo(ChangeGroups.MAX_CLIENTS);
    assertThat(most.moreClients()).isTrue();
  }

  private static LoggedRequest request(String host, String client) {
    String line =
        "2026-11-20T08:00:00Z INFO  decision client="
            + client
            + " requested="
            + host
            + ":443 rule=r action=reject mode=enforce";
    return (LoggedRequest) TextLine.parse(1, line);
  }
}
