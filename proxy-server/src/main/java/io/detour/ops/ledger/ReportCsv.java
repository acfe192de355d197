package io.detour.ops.ledger;

import io.detour.core.Printable;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UnmatchedReport;
import io.detour.ops.ledger.Report.UseReport;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A report for spreadsheets: RFC 4180, with column names. A cell that would be taken for a formula
 * begins with an apostrophe, and what does not fit a line is escaped.
 */
public record ReportCsv(PrintWriter out, ZoneId zone) {
  /** Writes what a ledger says to a query, with so many hosts or clients at most. */
  public void write(LedgerReading reading, ReportQuery query, Report.Rows rows, long limit)
      throws SQLException {
    List<RuleReport> rules = reading.rules(query);
    if (rows == Report.Rows.RULE) {
      names(ReportColumn.RULES);
      rules.forEach(rule -> row(ReportColumn.RULES, rule));
      reading.unmatched(query).forEach(this::unmatched);
    } else {
      List<ReportColumn<UseReport>> columns =
          rows == Report.Rows.HOST ? ReportColumn.HOSTS : ReportColumn.CLIENTS;
      names(columns);
      reading.uses(query, rules, rows.order(), limit, use -> row(columns, use));
    }
    out.flush();
  }

  private <T> void names(List<ReportColumn<T>> columns) {
    line(inCsv(columns).map(ReportColumn::csv));
  }

  private <T> void row(List<ReportColumn<T>> columns, T row) {
    line(inCsv(columns).map(column -> cell(column.value().apply(row))));
  }

  /** A row with the columns of rules, of which it has some. */
  private void unmatched(UnmatchedReport names) {
    Map<String, @Nullable Object> cells = new HashMap<>();
    inCsv(ReportColumn.UNMATCHED)
        .forEach(column -> cells.put(column.csv(), column.value().apply(names)));
    line(inCsv(ReportColumn.RULES).map(column -> cell(cells.get(column.csv()))));
  }

  private static <T> Stream<ReportColumn<T>> inCsv(List<ReportColumn<T>> columns) {
    return columns.stream().filter(column -> column.csv() != null);
  }

  private void line(Stream<String> cells) {
    out.print(cells.collect(Collectors.joining(",")) + "\r\n");
  }

  private String cell(@Nullable Object value) {
    Object plain = ReportJson.plain(value, zone);
    String text = plain == null ? "" : plain.toString();
    if (text.isEmpty()) {
      return "";
    }
    String guarded = "=+-@\t\r".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
    String shown = Printable.escaped(guarded);
    boolean quoted = shown.chars().anyMatch(c -> c == ',' || c == '"');
    return quoted ? '"' + shown.replace("\"", "\"\"") + '"' : shown;
  }
}
