package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.Judgement.Observation;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UnmatchedReport;
import io.detour.ops.ledger.ReportQuery.KnownRule;
import io.detour.server.account.UseJournal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what the ledger says about rules; the database adds their rows up. */
final class RuleRows {
  /** The worst certificate first: one that fails now, then the one that runs out first. */
  private static final Comparator<CertificateFinding> WORST =
      Comparator.comparing(RuleRows::isGood)
          .thenComparing(
              CertificateFinding::notAfter, Comparator.nullsLast(Comparator.naturalOrder()))
          .thenComparing(CertificateFinding::target);

  private final LedgerConnection connection;
  private final Map<String, Totals> totals = new HashMap<>();
  private final Map<String, Tally> retired = new HashMap<>();
  private final Map<String, Observation> observations = new HashMap<>();
  private final Map<String, List<CertificateFinding>> certificates = new HashMap<>();

  RuleRows(LedgerConnection connection) {
    this.connection = connection;
  }

  private record Totals(Tally sum, long hosts, long clients) {
    static final Totals NONE = new Totals(Tally.NONE, 0, 0);
  }

  private static boolean isGood(CertificateFinding check) {
    return check.problem() == null && !Boolean.FALSE.equals(check.coversLegacyName());
  }

  /** The rules of a query in its order, then others by name. */
  List<RuleReport> read(ReportQuery query) throws SQLException {
    readTotals();
    readRetired();
    readObservations();
    readCertificates();
    Map<String, KnownRule> known = new LinkedHashMap<>();
    if (query.rules() != null) {
      query.rules().forEach(rule -> known.put(rule.name(), rule));
    }
    TreeSet<String> others = new TreeSet<>(totals.keySet());
    others.addAll(retired.keySet());
    others.addAll(observations.keySet());
    others.removeAll(known.keySet());
    others.removeIf(group -> UseJournal.zoneOf(group) != null);
    Boolean otherInForce = query.rules() == null ? null : Boolean.FALSE;
    return Stream.concat(
            known.values().stream().map(rule -> report(query, rule, true)),
            others.stream().map(name -> report(query, KnownRule.named(name), otherInForce)))
        .filter(report -> !query.unusedOnly() || report.judgement().verdict().isUnused())
        .toList();
  }

  /** Names without a rule that were used in the time of a query, by legacy suffix. */
  List<UnmatchedReport> unmatched(ReportQuery query) throws SQLException {
    if (query.unusedOnly()) {
      return List.of();
    }
    String sql = totals("WHERE last_seen >= ? AND rule LIKE '" + UseJournal.groupOfZone("%") + "'");
    return connection.read(sql + " ORDER BY rule", RuleRows::unmatched, query.fromSecond());
  }

  /** By group, of the rows of a condition. */
  private static String totals(String condition) {
    return """
    SELECT rule, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
      sum(requests) AS requests, sum(bytes_upstream) AS bytes_upstream,
      sum(bytes_downstream) AS bytes_downstream,
      count(DISTINCT CASE WHEN host <> '%1$s' THEN host END) AS hosts,
      count(DISTINCT CASE WHEN client <> '%1$s' THEN client END) AS clients
    FROM legacy_use %2$s GROUP BY rule
    """
        .formatted(Tally.Key.OTHER, condition);
  }

  private static UnmatchedReport unmatched(ResultSet row) throws SQLException {
    Tally sum = Tally.of(row);
    return new UnmatchedReport(
        Objects.requireNonNull(UseJournal.zoneOf(row.getString("rule"))),
        sum.firstSeen(),
        sum.lastSeen(),
        sum.requests(),
        sum.upstreamBytes(),
        sum.downstreamBytes(),
        row.getLong("hosts"),
        row.getLong("clients"));
  }

  private RuleReport report(ReportQuery query, KnownRule rule, @Nullable Boolean inForce) {
    Totals total = totals.getOrDefault(rule.name(), Totals.NONE);
    Tally seen = total.sum.plus(retired.getOrDefault(rule.name(), Tally.NONE));
    boolean used = seen.lastSeen() != Long.MIN_VALUE;
    Long lastSeen = used ? Long.valueOf(seen.lastSeen()) : null;
    Observation observed = observations.getOrDefault(rule.name(), Observation.NONE);
    Judgement judgement =
        Judgement.of(lastSeen, observed, query.nowSecond(), query.since().toSeconds());
    return new RuleReport(
        rule.name(),
        rule.owner(),
        rule.ticket(),
        inForce,
        judgement,
        used ? Long.valueOf(seen.firstSeen()) : null,
        lastSeen,
        total.sum.requests(),
        total.sum.upstreamBytes(),
        total.sum.downstreamBytes(),
        total.hosts,
        total.clients,
        worstCertificate(rule));
  }

  /** Of the targets that it has now: what was found at others is history. */
  private @Nullable CertificateFinding worstCertificate(KnownRule rule) {
    return certificates.getOrDefault(rule.name(), List.of()).stream()
        .filter(check -> rule.leadsTo(check.target()))
        .min(WORST)
        .orElse(null);
  }

  private void readTotals() throws SQLException {
    connection.query(
        totals(""),
        row ->
            totals.put(
                row.getString("rule"),
                new Totals(Tally.of(row), row.getLong("hosts"), row.getLong("clients"))));
  }

  private void readRetired() throws SQLException {
    String sql =
        """
        SELECT rule, first_seen, last_seen, 0 AS requests, 0 AS bytes_upstream,
          0 AS bytes_downstream FROM retired_use
        """;
    connection.query(sql, row -> retired.put(row.getString("rule"), Tally.of(row)));
  }

  private void readObservations() throws SQLException {
    String sql =
        """
        SELECT rule_span.rule, span_start, coalesce(span_end, alive) AS span_end
        FROM rule_span LEFT JOIN detour_run ON detour_run.id = rule_span.run
        """;
    Map<String, List<Observation.Span>> spans = new HashMap<>();
    connection.query(
        sql,
        row -> {
          long end = row.getLong("span_end");
          if (!row.wasNull()) {
            spans
                .computeIfAbsent(row.getString("rule"), _ -> new ArrayList<>(1))
                .add(new Observation.Span(row.getLong("span_start"), end));
          }
        });
    spans.forEach((rule, list) -> observations.put(rule, Observation.of(list)));
  }

  private void readCertificates() throws SQLException {
    String sql =
        "SELECT rule, target, checked, not_after, covers_legacy_name, problem"
            + " FROM target_certificate";
    connection.query(
        sql,
        row -> {
          CertificateFinding check = check(row);
          certificates.computeIfAbsent(check.rule(), _ -> new ArrayList<>(1)).add(check);
        });
  }

  private static CertificateFinding check(ResultSet row) throws SQLException {
    long notAfter = row.getLong("not_after");
    boolean hasNotAfter = !row.wasNull();
    long covers = row.getLong("covers_legacy_name");
    boolean hasCovers = !row.wasNull();
    return new CertificateFinding(
        row.getString("rule"),
        row.getString("target"),
        row.getLong("checked"),
        hasNotAfter ? Long.valueOf(notAfter) : null,
        hasCovers ? Boolean.valueOf(covers != 0) : null,
        row.getString("problem"));
  }
}
