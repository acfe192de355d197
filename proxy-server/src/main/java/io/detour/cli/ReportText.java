package io.detour.cli;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.ReportQuery;
import io.detour.ops.ledger.RuleReport;
import io.detour.ops.ledger.UseReport;
import io.detour.ops.ledger.Verdict;
import io.detour.rules.document.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code detour report} found, for people: a table and a sentence. */
final class ReportText {
  private static final String NOTHING = "-";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT);
  private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB"};

  private final ReportQuery query;
  private final ZoneId zone;

  /**
   * @param zone of the times
   */
  ReportText(ReportQuery query, ZoneId zone) {
    this.query = query;
    this.zone = zone;
  }

  /** A row for each rule. */
  String rules(List<RuleReport> rules) {
    TextTable table =
        new TextTable(
            Set.of(3, 4, 5, 6),
            "RULE",
            "VERDICT",
            "LAST SEEN",
            "REQUESTS",
            "BYTES",
            "HOSTS",
            "CLIENTS",
            "OWNER",
            "TICKET",
            "CERTIFICATE");
    for (RuleReport rule : rules) {
      table.add(
          List.of(
              Boolean.FALSE.equals(rule.inForce()) ? rule.name() + " (not in force)" : rule.name(),
              verdict(rule),
              rule.lastSeen() == null ? "never" : time(rule.lastSeen()),
              Counted.of(rule.requests()),
              bytes(rule.upstreamBytes() + rule.downstreamBytes()),
              Counted.of(rule.hosts()),
              Counted.of(rule.clients()),
              orNothing(rule.owner()),
              orNothing(rule.ticket()),
              certificate(rule.certificate())));
    }
    return (table.isEmpty() ? "" : table.text() + '\n') + summary(rules) + '\n';
  }

  /** A row for each host and rule. */
  String hosts(List<UseReport> uses, long more) {
    TextTable table =
        new TextTable(
            Set.of(2, 5, 6),
            "HOST",
            "RULE",
            "CLIENTS",
            "FIRST SEEN",
            "LAST SEEN",
            "REQUESTS",
            "BYTES",
            "LAST USER",
            "LAST TARGET",
            "LAST USER AGENT");
    uses.forEach(use -> table.add(row(use, use.host(), use.rule(), Counted.of(use.clients()))));
    return uses(table, uses.size(), more, "host");
  }

  /** A row for each client, rule and host. */
  String clients(List<UseReport> uses, long more) {
    TextTable table =
        new TextTable(
            Set.of(5, 6),
            "CLIENT",
            "RULE",
            "HOST",
            "FIRST SEEN",
            "LAST SEEN",
            "REQUESTS",
            "BYTES",
            "LAST USER",
            "LAST TARGET",
            "LAST USER AGENT");
    uses.forEach(use -> table.add(row(use, orNothing(use.client()), use.rule(), use.host())));
    return uses(table, uses.size(), more, "client");
  }

  private List<String> row(UseReport use, String first, String second, String third) {
    return List.of(
        first,
        second,
        third,
        time(use.firstSeen()),
        time(use.lastSeen()),
        Counted.of(use.requests()),
        bytes(use.upstreamBytes() + use.downstreamBytes()),
        orNothing(use.user()),
        orNothing(use.target()),
        orNothing(use.userAgent()));
  }

  private String uses(TextTable table, long told, long more, String by) {
    String when = query.unusedOnly() ? "of unused rules" : "in " + span();
    String rest = more == 0 ? "" : ", and " + Counted.of(more) + " more, which --format csv lists";
    return (table.isEmpty() ? "" : table.text() + '\n')
        + Counted.of(told, "row")
        + " by "
        + by
        + ' '
        + when
        + rest
        + ".\n";
  }

  private String summary(List<RuleReport> rules) {
    List<String> parts = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      long count = rules.stream().filter(rule -> rule.verdict() == verdict).count();
      if (count > 0) {
        parts.add(Counted.of(count) + ' ' + word(verdict));
      }
    }
    return Counted.of(rules.size(), query.unusedOnly() ? "unused rule" : "rule")
        + " in "
        + span()
        + (parts.isEmpty() ? "" : ": " + String.join(", ", parts))
        + '.';
  }

  /** The time that was asked about. */
  private String span() {
    Duration since = query.since();
    return since.toDays() > 0 && since.equals(Duration.ofDays(since.toDays()))
        ? Counted.of(since.toDays(), "day")
        : DurationText.of(since);
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case IN_USE -> "in use";
      case QUIET -> "quiet";
      case SAFE_TO_REMOVE -> "safe to remove";
      case UNKNOWN -> "unknown";
    };
  }

  private String verdict(RuleReport rule) {
    return rule.verdict() == Verdict.QUIET && rule.quietSince() != null
        ? "quiet since " + DAY.format(Instant.ofEpochSecond(rule.quietSince()).atZone(zone))
        : word(rule.verdict());
  }

  private String certificate(@Nullable CertificateFinding check) {
    if (check == null) {
      return NOTHING;
    }
    if (check.problem() != null) {
      return check.target() + ": " + check.problem();
    }
    if (Boolean.FALSE.equals(check.coversLegacyName())) {
      return check.target() + ": not for the legacy name";
    }
    if (check.notAfter() == null) {
      return NOTHING;
    }
    long left = check.notAfter() - query.now().getEpochSecond();
    return left < 0
        ? check.target() + ": has run out"
        : Counted.of(Duration.ofSeconds(left).toDays(), "day") + " left";
  }

  private String time(long epochSecond) {
    return TIME.format(Instant.ofEpochSecond(epochSecond).atZone(zone));
  }

  private static String orNothing(@Nullable String text) {
    return text == null || text.isEmpty() ? NOTHING : text;
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
