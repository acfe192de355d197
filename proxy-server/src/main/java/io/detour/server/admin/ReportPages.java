package io.detour.server.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.rules.Printable;
import io.detour.rules.document.DurationText;
import io.detour.server.decide.RulesInForce;
import io.detour.server.json.ScriptJson;
import io.detour.server.ledger.KnownRule;
import io.detour.server.ledger.Ledger;
import io.detour.server.ledger.LedgerReading;
import io.detour.server.ledger.Report;
import io.detour.server.ledger.ReportCsv;
import io.detour.server.ledger.ReportJson;
import io.detour.server.ledger.ReportQuery;
import io.detour.server.ledger.RuleReport;
import io.detour.server.ledger.UnreadableLedger;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The pages that are made of the ledger. Any thread.
 *
 * @param ledger which may be off
 * @param rules in force
 * @param reader reads the ledger, which may take a while
 * @param clock the time of day
 * @param zone in which times are shown
 */
public record ReportPages(
    Ledger ledger, RulesInForce rules, Executor reader, InstantSource clock, ZoneId zone) {
  private static final Duration USUAL_SINCE = Duration.ofDays(30);
  private static final Duration MOST_SINCE = Duration.ofDays(36_500);
  private static final String SINCE = "since";
  private static final Set<String> FORMATS = Set.of("json", "csv");
  private static final Set<String> ROWS = Set.of("rule", "host", "client");

  /** What has been asked for. */
  private record Wanted(ReportQuery query, String format, String by) {}

  /**
   * Who still uses which legacy name; {@code docs/admin.md} has the fields.
   *
   * @param parameters {@code since}, {@code format}, {@code by}
   * @return done when the ledger has been read
   */
  CompletableFuture<Answer> report(QueryStringDecoder parameters) {
    String since = value(parameters, SINCE);
    Duration span = since == null ? USUAL_SINCE : DurationText.parse(since);
    if (span == null || span.toSeconds() < 1 || span.compareTo(MOST_SINCE) > 0) {
      return bad(SINCE, since, "1s..36500d, such as 30d");
    }
    String format = value(parameters, "format", "json");
    if (!FORMATS.contains(format)) {
      return bad("format", format, "json or csv");
    }
    String by = value(parameters, "by", "rule");
    if (!ROWS.contains(by)) {
      return bad("by", by, "rule, host or client");
    }
    Instant now = clock.instant();
    if (!ledger.isOn()) {
      return CompletableFuture.completedFuture(off(span, now));
    }
    return CompletableFuture.supplyAsync(
        () -> read(new Wanted(new ReportQuery(span, now, false, known()), format, by)), reader);
  }

  private List<KnownRule> known() {
    return rules.current().rules().rules().stream().map(KnownRule::of).toList();
  }

  private Answer read(Wanted wanted) {
    return wanted.format.equals("csv") ? csv(wanted) : json(wanted);
  }

  private Answer json(Wanted wanted) {
    return switch (ledger.report(wanted.query)) {
      case UnreadableLedger(String problem) -> unreadable(problem);
      case Report report ->
          Answer.page("application/json", (ReportJson.of(report, zone) + "\n").getBytes(UTF_8));
    };
  }

  private Answer csv(Wanted wanted) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    try (LedgerReading reading = ledger.read()) {
      write(reading, wanted, new ReportCsv(out, zone));
    } catch (SQLException e) {
      return unreadable(ledger.problem(e));
    }
    out.flush();
    return Answer.page("text/csv; charset=utf-8; header=present", text.toString().getBytes(UTF_8));
  }

  private static void write(LedgerReading reading, Wanted wanted, ReportCsv csv)
      throws SQLException {
    List<RuleReport> rules = reading.rules(wanted.query);
    int most = Report.MOST_ENTRIES;
    switch (wanted.by) {
      case "host" -> {
        csv.hostTitles();
        reading.uses(wanted.query, rules, LedgerReading.Order.HOST, most, csv::host);
      }
      case "client" -> {
        csv.clientTitles();
        reading.uses(wanted.query, rules, LedgerReading.Order.CLIENT, most, csv::client);
      }
      default -> csv.rules(rules);
    }
  }

  private static Answer unreadable(String problem) {
    return Answer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, problem);
  }

  private Answer off(Duration since, Instant now) {
    var root = ScriptJson.MAPPER.createObjectNode();
    root.put("ledger", "off")
        .put("since_days", ReportJson.days(since.toSeconds()))
        .put("now", ReportJson.time(now.getEpochSecond(), zone))
        .putArray("rules");
    root.put("entries_total", 0).putArray("entries");
    return Answer.page(
        "application/json", (ScriptJson.MAPPER.writeValueAsString(root) + "\n").getBytes(UTF_8));
  }

  private static @Nullable String value(QueryStringDecoder parameters, String name) {
    List<String> values = parameters.parameters().get(name);
    return values == null ? null : values.getFirst();
  }

  private static String value(QueryStringDecoder parameters, String name, String usual) {
    String value = value(parameters, name);
    return value == null ? usual : value;
  }

  private static CompletableFuture<Answer> bad(
      String name, @Nullable String value, String expected) {
    return CompletableFuture.completedFuture(
        Answer.text(
            HttpResponseStatus.BAD_REQUEST,
            name
                + ": "
                + Printable.quoted(String.valueOf(value))
                + " (expected: "
                + expected
                + ")"));
  }
}
