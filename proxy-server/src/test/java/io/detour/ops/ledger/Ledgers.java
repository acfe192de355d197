package io.detour.ops.ledger;

import static org.awaitility.Awaitility.await;

import io.detour.ops.ledger.Ledger.Write;
import io.detour.ops.ledger.LedgerWriter.Pace;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UseReport;
import io.detour.ops.ledger.ReportQuery.KnownRule;
import io.detour.server.account.UseJournal;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Ledgers that write at once and try again soon, and what is in them. */
final class Ledgers {
  static final Duration DEADLINE = Duration.ofSeconds(30);

  /** So many rows may be in memory. */
  static final int PENDING = 1000;

  private static final Pace FAST =
      new Pace(
          Duration.ofMillis(10),
          Duration.ofMillis(20),
          Duration.ofMillis(10),
          Duration.ofMillis(100),
          Duration.ofMillis(20),
          Duration.ofMillis(500),
          Duration.ofSeconds(20));

  private Ledgers() {}

  /** Without housekeeping but at the start, and without writing before it is closed. */
  static final Pace LAZY =
      new Pace(
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofHours(1),
          Duration.ofSeconds(20));

  static LedgerUrl sqlite(Path folder) {
    return new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
  }

  static Ledger open(LedgerUrl url, InstantSource clock) {
    return open(LedgerOptions.defaults().withUrl(url), clock);
  }

  static Ledger open(LedgerOptions options, InstantSource clock) {
    return new Ledger(options, clock, FAST, PENDING);
  }

  static UseJournal.Use use(String rule, String host, String client, long epochSecond) {
    return new UseJournal.Use(rule, host, client, null, null, null, epochSecond);
  }

  /** Waits until all that it was told before is in the database. */
  static void awaitWritten(Ledger ledger) {
    long before = ledger.writes(Write.SUCCESS);
    await("the ledger is written")
        .atMost(DEADLINE)
        .until(() -> ledger.queueEntries() == 0 && ledger.writes(Write.SUCCESS) > before + 1);
  }

  /** A report of thirty days. */
  static Report report(LedgerUrl url, Instant now, String... inForce) {
    List<KnownRule> rules = List.of(inForce).stream().map(KnownRule::named).toList();
    ReportQuery query = new ReportQuery(Duration.ofDays(30), now, false, rules);
    try (LedgerReading reading = LedgerReading.open(url)) {
      return reading.report(query);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** What a report says about a rule. */
  static RuleReport rule(LedgerUrl url, Instant now, String name) {
    return report(url, now, name).rules().stream()
        .filter(rule -> rule.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The requests of each row, by {@code rule host client}. */
  static Map<String, Long> requests(LedgerUrl url) {
    Map<String, Long> requests = new TreeMap<>();
    for (UseReport use : report(url, Instant.now()).entries()) {
      String group = use.rule() == null ? "suffix " + use.suffix() : use.rule();
      requests.put(group + ' ' + use.host() + ' ' + use.client(), use.requests());
    }
    return requests;
  }

  /** Has the database answer a question with a number. */
  static long number(LedgerUrl url, String sql) {
    try (LedgerConnection connection = LedgerDatabase.of(url).openForReading();
        Statement statement = connection.jdbc().createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The text of a column of the first row, or null. */
  static @Nullable String text(LedgerUrl url, String sql) {
    try (LedgerConnection connection = LedgerDatabase.of(url).openForReading();
        Statement statement = connection.jdbc().createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : null;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
