package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.rules.document.Fields;
import io.detour.server.log.ScriptJson;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A report for scripts and pages: one JSON object in ASCII, described in {@code docs/ledger.md}. A
 * field that has no value is null; times have an offset from UTC.
 */
public final class ReportJson {
  private static final long DAY_SECONDS = 86_400;

  private ReportJson() {}

  /** On one line, with times in a zone. */
  public static String of(Report report, ZoneId zone) {
    long seconds = report.query().since().toSeconds();
    Map<String, @Nullable Object> root = new LinkedHashMap<>();
    root.put("ledger", report.ledger());
    root.put("source", source(report.source(), zone));
    if (seconds % DAY_SECONDS == 0) {
      root.put("since_days", seconds / DAY_SECONDS);
    } else {
      root.put("since_days", (double) seconds / DAY_SECONDS);
    }
    root.put("now", plain(Instant.ofEpochSecond(report.query().nowSecond()), zone));
    root.put("rules", objects(ReportColumn.RULES, report.rules(), zone));
    root.put("names_without_rule", objects(ReportColumn.UNMATCHED, report.unmatched(), zone));
    root.put("entries_total", report.entriesTotal());
    root.put("entries", objects(ReportColumn.CLIENTS, report.entries(), zone));
    return ScriptJson.MAPPER.writeValueAsString(root);
  }

  private static @Nullable Map<String, @Nullable Object> source(
      Report.@Nullable Source source, ZoneId zone) {
    if (source == null) {
      return null;
    }
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("url", source.url());
    object.put("since", plain(ReportColumn.time(source.since()), zone));
    object.put("last_written", plain(ReportColumn.time(source.lastWritten()), zone));
    object.put("runs", source.runs());
    return object;
  }

  private static <T> List<Map<String, @Nullable Object>> objects(
      List<ReportColumn<T>> columns, List<T> rows, ZoneId zone) {
    return rows.stream().map(row -> object(columns, row, zone)).toList();
  }

  private static <T> Map<String, @Nullable Object> object(
      List<ReportColumn<T>> columns, T row, ZoneId zone) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    columns.stream()
        .filter(column -> column.json() != null)
        .sorted(Comparator.comparingInt(ReportJson::place))
        .forEach(column -> object.put(column.json(), plain(column.value().apply(row), zone)));
    return object;
  }

  private static int place(ReportColumn<?> column) {
    int index = ReportColumn.JSON_FIRST.indexOf(column.json());
    return index < 0 ? Integer.MAX_VALUE : index;
  }

  /** A value of a column as scripts read it: a string, a number, a boolean, a map or null. */
  static @Nullable Object plain(@Nullable Object value, ZoneId zone) {
    return switch (value) {
      case Instant time -> time.atZone(zone).toOffsetDateTime().toString();
      case Judgement judgement -> Fields.wordOf(judgement.verdict());
      case CertificateFinding check -> object(ReportColumn.CERTIFICATE, check, zone);
      case null, default -> value;
    };
  }
}
