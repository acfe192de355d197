package io.detour.cli;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.Judgement;
import io.detour.ops.ledger.Judgement.Verdict;
import io.detour.ops.ledger.Report;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UnmatchedReport;
import io.detour.ops.ledger.Report.UseReport;
import io.detour.ops.ledger.ReportColumn;
import io.detour.ops.ledger.ReportQuery;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code detour report} found, for people: a table and a sentence.
 *
 * @param zone of the times
 */
record ReportText(ReportQuery query, ZoneId zone) {
  private static final String NOTHING = "-";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT);
  private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB"};

  /** Which ledger this is about, without the end of the line. */
  String source(Report.Source source) {
    String since = source.since() == null ? "empty" : "since " + DAY.format(at(source.since()));
    String written =
        source.lastWritten() == null
            ? ""
            : ", last written at " + TIME.format(at(source.lastWritten()));
    String mixed =
        query.rules() == null
            ? "; it may include rules of other files, because none are known (expected: --rules)"
            : "";
    return "ledger "
        + source.url()
        + ": "
        + since
        + written
        + ", "
        + Counted.of(source.runs(), "run")
        + " of Detour in 30 days"
        + mixed;
  }

  private ZonedDateTime at(long epochSecond) {
    return Instant.ofEpochSecond(epochSecond).atZone(zone);
  }

  String rules(List<RuleReport> rules) {
    List<String> parts = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      long count = rules.stream().filter(rule -> rule.judgement().verdict() == verdict).count();
      if (count > 0) {
        parts.add(Counted.of(count) + ' ' + words(verdict));
      }
    }
    return table(ReportColumn.RULES, rules)
        + Counted.of(rules.size(), query.unusedOnly() ? "unused rule" : "rule")
        + " in "
        + span()
        + (parts.isEmpty() ? "" : ": " + String.join(", ", parts))
        + ".\n";
  }

  /** A table of the names without a rule by suffix, or nothing if there are none. */
  String unmatched(List<UnmatchedReport> unmatched) {
    long hosts = unmatched.stream().mapToLong(UnmatchedReport::hosts).sum();
    return unmatched.isEmpty()
        ? ""
        : '\n'
            + table(ReportColumn.UNMATCHED, unmatched)
            + Counted.of(hosts, "legacy name")
            + " without a rule in "
            + span()
            + "; --by host lists "
            + (hosts == 1 ? "it" : "them")
            + ".\n";
  }

  /** A row for each host and rule, or for each client, rule and host; so many more are not here. */
  String uses(Report.Rows by, List<UseReport> uses, long more) {
    String when = query.unusedOnly() ? "of unused rules" : "in " + span();
    String rest = more == 0 ? "" : ", and " + Counted.of(more) + " more, which --format csv lists";
    return table(by == Report.Rows.HOST ? ReportColumn.HOSTS : ReportColumn.CLIENTS, uses)
        + Counted.of(uses.size(), "row")
        + " by "
        + by.name().toLowerCase(Locale.ROOT)
        + ' '
        + when
        + rest
        + ".\n";
  }

  private <T> String table(List<ReportColumn<T>> all, List<T> rows) {
    List<ReportColumn<T>> columns = all.stream().filter(column -> column.title() != null).toList();
    Set<Integer> numbers =
        IntStream.range(0, columns.size())
            .filter(i -> columns.get(i).isNumber())
            .boxed()
            .collect(Collectors.toSet());
    TextTable table =
        new TextTable(numbers, columns.stream().map(ReportColumn::title).toArray(String[]::new));
    for (T row : rows) {
      table.add(columns.stream().map(column -> cell(column.value().apply(row))).toList());
    }
    return table.isEmpty() ? "" : table.text() + '\n';
  }

  private String cell(@Nullable Object value) {
    return switch (value) {
      case null -> NOTHING;
      case Instant time -> TIME.format(time.atZone(zone));
      case Long number -> Counted.of(number);
      case ReportColumn.Bytes bytes -> bytes(bytes.count());
      case Judgement judgement -> verdict(judgement);
      case CertificateFinding check -> certificate(check);
      default -> value.toString().isEmpty() ? NOTHING : value.toString();
    };
  }

  private String span() {
    Duration since = query.since();
    return since.toDays() > 0 && since.equals(Duration.ofDays(since.toDays()))
        ? Counted.of(since.toDays(), "day")
        : DurationText.of(since);
  }

  private static String words(Verdict verdict) {
    return Fields.wordOf(verdict).replace('_', ' ');
  }

  private String verdict(Judgement judgement) {
    return judgement.verdict() == Verdict.QUIET && judgement.quietSince() != null
        ? "quiet since " + DAY.format(at(judgement.quietSince()))
        : words(judgement.verdict());
  }

  /** At most thirty characters: the whole sentence is in CSV and JSON. */
  private String certificate(CertificateFinding check) {
    if (Boolean.FALSE.equals(check.coversLegacyName())) {
      return "lacks the legacy name";
    }
    if (check.notAfter() == null) {
      return check.problem() == null ? NOTHING : "no certificate seen";
    }
    long left = check.notAfter() - query.now().getEpochSecond();
    if (left < 0) {
      return "expired on " + DAY.format(at(check.notAfter()));
    }
    return check.problem() == null
        ? Counted.of(Duration.ofSeconds(left).toDays(), "day") + " left"
        : "problem, see --format json";
  }

  /** {@code 512 B}, {@code 1.5 MB}: decimal units, as on the page. */
  private static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double size = bytes;
    int unit = -1;
    // From 999.95 on it would be rounded to 1000.0.
    while (size >= 999.95 && unit < UNITS.length - 1) {
      size /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
  }
}
