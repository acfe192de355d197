package io.detour.ops.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.core.Printable;
import io.detour.ops.ledger.Ledger;
import io.detour.ops.ledger.LedgerReading;
import io.detour.ops.ledger.Report;
import io.detour.ops.ledger.ReportCsv;
import io.detour.ops.ledger.ReportJson;
import io.detour.ops.ledger.ReportQuery;
import io.detour.ops.ledger.ReportQuery.KnownRule;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.server.decide.RulesInForce;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pages that are made of the ledger. Any thread.
 *
 * @param reader reads the ledger, which may take a while
 */
public record ReportPages(
    Ledger ledger, RulesInForce rules, Executor reader, InstantSource clock, ZoneId zone) {
  /** How a report is written. */
  private enum Format {
    JSON,
    CSV
  }

  /**
   * Who still uses which legacy name; {@code docs/admin.md} has the fields. Done when it was read.
   *
   * @param query {@code since}, {@code format}, {@code by}
   */
  CompletableFuture<Answer> report(Map<String, String> query) {
    String since = query.get("since");
    Duration span = since == null ? ReportQuery.DEFAULT_SINCE : DurationText.parse(since);
    if (span == null || span.toSeconds() < 1 || span.compareTo(ReportQuery.MAX_SINCE) > 0) {
      return bad("since", since, "1s.." + DurationText.of(ReportQuery.MAX_SINCE));
    }
    String asked = query.get("format");
    Format format = asked == null ? Format.JSON : constant(Format.values(), asked);
    if (format == null) {
      return bad("format", asked, "json or csv");
    }
    String by = query.get("by");
    Report.Rows rows = by == null ? Report.Rows.RULE : constant(Report.Rows.values(), by);
    if (rows == null) {
      return bad("by", by, "rule, host or client");
    }
    ReportQuery about = new ReportQuery(span, clock.instant(), false, known());
    return ledger.isOn()
        ? CompletableFuture.supplyAsync(() -> read(about, format, rows), reader)
        : CompletableFuture.completedFuture(
            json(new Report("off", null, about, List.of(), List.of(), 0, List.of())));
  }

  private List<KnownRule> known() {
    return rules.current().rules().rules().stream().map(KnownRule::of).toList();
  }

  private Answer read(ReportQuery query, Format format, Report.Rows rows) {
    try (LedgerReading reading = ledger.read()) {
      return switch (format) {
        case JSON -> json(reading.report(query));
        case CSV -> csv(reading, query, rows);
      };
    } catch (SQLException e) {
      return Answer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, ledger.problem(e));
    }
  }

  private Answer json(Report report) {
    return Answer.json(ReportJson.of(report, zone));
  }

  private Answer csv(LedgerReading reading, ReportQuery query, Report.Rows rows)
      throws SQLException {
    StringWriter text = new StringWriter();
    new ReportCsv(new PrintWriter(text), zone).write(reading, query, rows, Report.MAX_ENTRIES);
    return Answer.page("text/csv; charset=utf-8; header=present", text.toString().getBytes(UTF_8));
  }

  private static <E extends Enum<E>> @Nullable E constant(E[] constants, String word) {
    return Stream.of(constants)
        .filter(constant -> Fields.wordOf(constant).equals(word))
        .findFirst()
        .orElse(null);
  }

  private static CompletableFuture<Answer> bad(
      String name, @Nullable String value, String expected) {
    String problem = name + ": " + Printable.quoted(String.valueOf(value));
    return CompletableFuture.completedFuture(
        Answer.text(HttpResponseStatus.BAD_REQUEST, problem + " (expected: " + expected + ")"));
  }
}
