package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.ops.ledger.Ledger;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.ops.ledger.ObservedRules;
import io.detour.server.decide.RuleTexts;
import io.detour.server.decide.RulesInForce;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger holds of the observation of rules. */
class ObservedRulesTest {
  private static final Instant START = Instant.parse("2027-03-31T12:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private static final String RULES =
      """
      version: 1
      rules:
        - { name: lasting, match: { host: { exact: a.test } }, action: reject }
        - { name: ending, match: { host: { exact: b.test } }, action: reject,
            expires: 2027-03-31, on_expiry: disable }
        - { name: sleeping, mode: off, match: { host: { exact: c.test } }, action: reject }
        - { name: nobody, match: { host: { exact: d.test } }, action: rewrite, to: e.test,
            rollout: { percent: 0, sticky: client } }
      """;

  @TempDir private Path folder;

  private final RulesInForce rules = new RulesInForce(RuleTexts.parsed(RULES));
  private volatile Instant now = START;

  @SuppressWarnings("NullAway.Init")
  private Ledger ledger;

  @SuppressWarnings("NullAway.Init")
  private ObservedRules observed;

  @BeforeEach
  void open() {
    LedgerUrl url = new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
    ledger = Ledger.open(LedgerOptions.defaults().withUrl(url), () -> now);
    observed = new ObservedRules(rules, ledger, () -> now);
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  @Test
  void nothingIsObservedBeforeClientsAreAccepted() throws Exception {
    observed.look();
    assertThat(spans()).isEmpty();
  }

  @Test
  void onlyRulesThatCanDecideAreObserved() throws Exception {
    observed.begin();
    assertThat(spans()).containsExactly("ending 0 to -", "lasting 0 to -");
  }

  @Test
  void aRuleThatEndsIsObservedNoMoreAtTheNextLook() throws Exception {
    observed.begin();
    now = now.plus(Duration.ofDays(2));
    observed.look();
    now = now.plus(HOUR);
    observed.look();
    assertThat(spans()).containsExactly("ending 0 to 48", "lasting 0 to -");
  }

  @Test
  void aPauseIsNoObservation() throws Exception {
    observed.begin();
    now = now.plus(HOUR);
    observed.stop();
    observed.look();
    now = now.plus(HOUR);
    observed.begin();
    assertThat(spans())
        .containsExactly("ending 0 to 1", "ending 2 to -", "lasting 0 to 1", "lasting 2 to -");
  }

  @Test
  void nothingIsObservedBehindTheEndWhoeverResumes() throws Exception {
    observed.begin();
    now = now.plus(HOUR);
    observed.end();
    observed.begin();
    assertThat(spans()).containsExactly("ending 0 to 1", "lasting 0 to 1");
  }

  @Test
  void rulesThatAreReplacedEndAndBegin() throws Exception {
    observed.begin();
    now = now.plus(HOUR);
    rules.replace(
        RuleTexts.parsed(RULES.replace("name: ending", "name: other").replace("mode: off, ", "")));
    observed.look();
    assertThat(spans())
        .containsExactly("ending 0 to 1", "lasting 0 to -", "other 1 to -", "sleeping 1 to -");
  }

  /** The spans as they are when the ledger has been closed, in hours since the start. */
  private List<String> spans() throws Exception {
    ledger.close();
    List<String> spans = new ArrayList<>();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("ledger.db"));
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT rule, span_start, span_end FROM rule_span ORDER BY rule, span_start")) {
      while (row.next()) {
        long end = row.getLong("span_end");
        spans.add(
            row.getString("rule")
                + " "
                + hours(row.getLong("span_start"))
                + " to "
                + (end == 0 ? "-" : String.valueOf(hours(end))));
      }
    }
    return spans;
  }

  private static long hours(long epochSecond) {
    return Duration.between(START, Instant.ofEpochSecond(epochSecond)).toHours();
  }
}
