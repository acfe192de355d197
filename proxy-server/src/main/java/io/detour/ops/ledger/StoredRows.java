package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Merges rows into tables: adds to counts, widens times, with one result in any order. */
final class StoredRows {
  private static final char REPLACEMENT = '\ufffd';

  private final LedgerConnection connection;

  StoredRows(LedgerConnection connection) {
    this.connection = connection;
  }

  private String mergeUse() {
    return """
    INSERT INTO legacy_use (rule, host, client, first_seen, last_seen, requests, bytes_upstream,
      bytes_downstream, last_request, last_user, last_user_agent, last_target)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (rule, host, client) DO UPDATE SET
      first_seen = %1$s(legacy_use.first_seen, excluded.first_seen),
      last_seen = %2$s(legacy_use.last_seen, excluded.last_seen),
      requests = legacy_use.requests + excluded.requests,
      bytes_upstream = legacy_use.bytes_upstream + excluded.bytes_upstream,
      bytes_downstream = legacy_use.bytes_downstream + excluded.bytes_downstream,
      last_request = %2$s(legacy_use.last_request, excluded.last_request),
      last_user = CASE WHEN %3$s THEN excluded.last_user ELSE legacy_use.last_user END,
      last_user_agent =
        CASE WHEN %3$s THEN excluded.last_user_agent ELSE legacy_use.last_user_agent END,
      last_target = CASE WHEN %3$s THEN excluded.last_target ELSE legacy_use.last_target END
    """
        .formatted(
            connection.dialect().least,
            connection.dialect().greatest,
            "excluded.last_request > 0 AND excluded.last_request >= legacy_use.last_request");
  }

  /** Adds what has come together, in the order of the map: that in which rows are locked. */
  void mergeUses(Map<Tally.Key, Tally> rows) throws SQLException {
    connection.batch(mergeUse(), rows.entrySet(), row -> row.getValue().stored(row.getKey()));
  }

  /** Adds spans, or gives those that are there their end. */
  void mergeSpans(String run, Collection<RuleSpans.Span> spans) throws SQLException {
    String sql =
        """
        INSERT INTO rule_span (rule, run, span_start, span_end) VALUES (?, ?, ?, ?)
        ON CONFLICT (rule, run, span_start) DO UPDATE SET span_end = excluded.span_end
        """;
    connection.batch(
        sql, spans, span -> Arrays.asList(cleanText(span.rule()), run, span.start(), span.end()));
  }

  /** Replaces older findings, in an order in which no two Detours wait for each other. */
  void mergeCertificates(Collection<CertificateFinding> checks) throws SQLException {
    String sql =
        """
        INSERT INTO target_certificate (rule, target, checked, not_after, covers_legacy_name, problem)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (rule, target) DO UPDATE SET checked = excluded.checked,
          not_after = excluded.not_after, covers_legacy_name = excluded.covers_legacy_name,
          problem = excluded.problem
        WHERE excluded.checked >= target_certificate.checked
        """;
    List<CertificateFinding> sorted =
        checks.stream()
            .sorted(
                Comparator.comparing(CertificateFinding::rule)
                    .thenComparing(CertificateFinding::target))
            .toList();
    connection.batch(sql, sorted, StoredRows::certificate);
  }

  private static List<@Nullable Object> certificate(CertificateFinding check) {
    Boolean covers = check.coversLegacyName();
    return Arrays.asList(
        cleanText(check.rule()),
        cleanText(check.target()),
        check.checked(),
        check.notAfter(),
        covers == null ? null : Long.valueOf(covers ? 1 : 0),
        clean(check.problem()));
  }

  /** Keeps until when a rule was used whose rows are removed. */
  void mergeRetired(SortedMap<String, Tally> rules) throws SQLException {
    String sql =
        """
        INSERT INTO retired_use (rule, first_seen, last_seen) VALUES (?, ?, ?)
        ON CONFLICT (rule) DO UPDATE SET
          first_seen = %s(retired_use.first_seen, excluded.first_seen),
          last_seen = %s(retired_use.last_seen, excluded.last_seen)
        """
            .formatted(connection.dialect().least, connection.dialect().greatest);
    connection.batch(
        sql,
        rules.entrySet(),
        rule ->
            Arrays.asList(rule.getKey(), rule.getValue().firstSeen(), rule.getValue().lastSeen()));
  }

  /**
   * Without NUL, which PostgreSQL refuses in a text, and without halves of a character of two
   * UTF-16 units, which have no UTF-8: one such text would keep its whole batch from being written.
   */
  static String cleanText(String text) {
    if (text.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                clean.appendCodePoint(
                    c == 0 || Character.getType(c) == Character.SURROGATE ? REPLACEMENT : c));
    return clean.toString();
  }

  static @Nullable String clean(@Nullable String text) {
    return text == null ? null : cleanText(text);
  }
}
