package io.detour.ops.ledger;

import io.detour.ops.ScriptJson;
import io.detour.ops.certificates.CertificateFinding;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A report for scripts and pages: one JSON object in ASCII, described in {@code docs/ledger.md}. A
 * field that has no value is null; times have an offset from UTC.
 */
public final class ReportJson {
  private static final long DAY_SECONDS = 86_400;

  private final Report report;
  private final ZoneId zone;

  private ReportJson(Report report, ZoneId zone) {
    this.report = report;
    this.zone = zone;
  }

  /**
   * On one line.
   *
   * @param zone of the times
   */
  public static String of(Report report, ZoneId zone) {
    return new ReportJson(report, zone).text();
  }

  private String text() {
    ObjectNode root = ScriptJson.MAPPER.createObjectNode();
    long seconds = report.query().since().toSeconds();
    root.put("ledger", report.ledger());
    if (seconds % DAY_SECONDS == 0) {
      root.put("since_days", seconds / DAY_SECONDS);
    } else {
      root.put("since_days", (double) seconds / DAY_SECONDS);
    }
    root.put("now", time(report.query().nowSecond()));
    ArrayNode rules = root.putArray("rules");
    report.rules().forEach(rule -> rule(rules.addObject(), rule));
    root.put("entries_total", report.entriesTotal());
    ArrayNode entries = root.putArray("entries");
    report.entries().forEach(use -> entry(entries.addObject(), use));
    return ScriptJson.MAPPER.writeValueAsString(root);
  }

  private void rule(ObjectNode object, RuleReport rule) {
    object
        .put("rule", rule.name())
        .put("owner", rule.owner())
        .put("ticket", rule.ticket())
        .put("in_force", rule.inForce())
        .put("verdict", word(rule.verdict()))
        .put("quiet_since", time(rule.quietSince()))
        .put("observed_since", time(rule.observedSince()))
        .put("observed_days", days(rule.observedSeconds()))
        .put("first_seen", time(rule.firstSeen()))
        .put("last_seen", time(rule.lastSeen()))
        .put("requests", rule.requests())
        .put("bytes_upstream", rule.upstreamBytes())
        .put("bytes_downstream", rule.downstreamBytes())
        .put("hosts", rule.hosts())
        .put("clients", rule.clients());
    CertificateFinding check = rule.certificate();
    if (check == null) {
      object.putNull("certificate");
    } else {
      object
          .putObject("certificate")
          .put("target", check.target())
          .put("not_after", time(check.notAfter()))
          .put("covers_legacy_name", check.coversLegacyName())
          .put("problem", check.problem())
          .put("checked", time(check.checked()));
    }
  }

  /** As scripts call a verdict. */
  public static String word(Verdict verdict) {
    return switch (verdict) {
      case IN_USE -> "in_use";
      case QUIET -> "quiet";
      case SAFE_TO_REMOVE -> "safe_to_remove";
      case UNKNOWN -> "unknown";
    };
  }

  /** Days with one place behind the point, rounded down: 29.9 are not 30. */
  public static double days(long seconds) {
    return Math.floorDiv(seconds * 10, DAY_SECONDS) / 10.0;
  }

  private void entry(ObjectNode object, UseReport use) {
    object
        .put("rule", use.rule())
        .put("host", use.host())
        .put("client", use.client())
        .put("user", use.user())
        .put("user_agent", use.userAgent())
        .put("target", use.target())
        .put("first_seen", time(use.firstSeen()))
        .put("last_seen", time(use.lastSeen()))
        .put("requests", use.requests())
        .put("bytes_upstream", use.upstreamBytes())
        .put("bytes_downstream", use.downstreamBytes());
  }

  private @Nullable String time(@Nullable Long epochSecond) {
    return epochSecond == null ? null : time(epochSecond, zone);
  }

  /** A time as scripts read it: ISO 8601 with an offset. */
  public static String time(long epochSecond, ZoneId zone) {
    return Instant.ofEpochSecond(epochSecond).atZone(zone).toOffsetDateTime().toString();
  }
}
