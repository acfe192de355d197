package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Statements that merge rows into the tables. They add to counts, widen times, and give the same
 * result in any order.
 */
final class StoredRows {
  /** Statements that are sent at once: few round trips, and no need to hold them all as text. */
  private static final int CHUNK = 1000;

  private final Connection connection;
  private final Dialect dialect;

  StoredRows(Connection connection, Dialect dialect) {
    this.connection = connection;
    this.dialect = dialect;
  }

  private String mergeUse() {
    String newest =
        "CASE WHEN excluded.last_request > 0 AND excluded.last_request >= legacy_use.last_request";
    return """
    INSERT INTO legacy_use (rule, host, client, first_seen, last_seen, requests, bytes_upstream,
      bytes_downstream, last_request, last_user, last_user_agent, last_target)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (rule, host, client) DO UPDATE SET
    """
        + (" first_seen = " + dialect.least("legacy_use.first_seen", "excluded.first_seen"))
        + (", last_seen = " + dialect.greatest("legacy_use.last_seen", "excluded.last_seen"))
        + sum("requests")
        + sum("bytes_upstream")
        + sum("bytes_downstream")
        + (", last_request = "
            + dialect.greatest("legacy_use.last_request", "excluded.last_request"))
        + latest("last_user", newest)
        + latest("last_user_agent", newest)
        + latest("last_target", newest);
  }

  private static String sum(String column) {
    return ", " + column + " = legacy_use." + column + " + excluded." + column;
  }

  private static String latest(String column, String newest) {
    return ", "
        + column
        + " = "
        + newest
        + " THEN excluded."
        + column
        + " ELSE legacy_use."
        + column
        + " END";
  }

  /** Adds what has come together, in the order in which rows are locked. */
  void mergeUses(SortedMap<EntryKey, Tally> rows) throws SQLException {
    try (PreparedStatement merge = connection.prepareStatement(mergeUse())) {
      int waiting = 0;
      for (Map.Entry<EntryKey, Tally> row : rows.entrySet()) {
        Tally tally = row.getValue();
        merge.setString(1, row.getKey().rule());
        merge.setString(2, row.getKey().host());
        merge.setString(3, row.getKey().client());
        merge.setLong(4, tally.firstSeen());
        merge.setLong(5, tally.lastSeen());
        merge.setLong(6, tally.requests());
        merge.setLong(7, tally.upstreamBytes());
        merge.setLong(8, tally.downstreamBytes());
        merge.setLong(9, tally.lastRequest());
        merge.setString(10, StoredText.clean(tally.user()));
        merge.setString(11, StoredText.clean(tally.userAgent()));
        merge.setString(12, StoredText.clean(tally.target()));
        waiting = added(merge, waiting);
      }
      finish(merge, waiting);
    }
  }

  /** Adds spans, or gives those that are there their end. */
  void mergeSpans(String run, Collection<RuleSpan> spans) throws SQLException {
    String sql =
        """
        INSERT INTO rule_span (rule, run, span_start, span_end) VALUES (?, ?, ?, ?)
        ON CONFLICT (rule, run, span_start) DO UPDATE SET span_end = excluded.span_end
        """;
    try (PreparedStatement merge = connection.prepareStatement(sql)) {
      int waiting = 0;
      for (RuleSpan span : spans) {
        merge.setString(1, StoredText.cleanText(span.rule()));
        merge.setString(2, run);
        merge.setLong(3, span.start());
        setLong(merge, 4, span.end());
        waiting = added(merge, waiting);
      }
      finish(merge, waiting);
    }
  }

  /** In one order for all Detours, so that none waits for another one in a circle. */
  private static List<CertificateFinding> sorted(Collection<CertificateFinding> checks) {
    return checks.stream()
        .sorted(
            Comparator.comparing(CertificateFinding::rule)
                .thenComparing(CertificateFinding::target))
        .toList();
  }

  /** Replaces what is known about certificates, unless another Detour looked later. */
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
    try (PreparedStatement merge = connection.prepareStatement(sql)) {
      int waiting = 0;
      for (CertificateFinding check : sorted(checks)) {
        Boolean covers = check.coversLegacyName();
        merge.setString(1, StoredText.cleanText(check.rule()));
        merge.setString(2, StoredText.cleanText(check.target()));
        merge.setLong(3, check.checked());
        setLong(merge, 4, check.notAfter());
        setLong(merge, 5, covers == null ? null : Long.valueOf(covers ? 1 : 0));
        merge.setString(6, StoredText.clean(check.problem()));
        waiting = added(merge, waiting);
      }
      finish(merge, waiting);
    }
  }

  /** Keeps until when a rule was used whose rows are removed. */
  void mergeRetired(SortedMap<String, Tally> rules) throws SQLException {
    String sql =
        "INSERT INTO retired_use (rule, first_seen, last_seen) VALUES (?, ?, ?)"
            + " ON CONFLICT (rule) DO UPDATE SET first_seen = "
            + dialect.least("retired_use.first_seen", "excluded.first_seen")
            + ", last_seen = "
            + dialect.greatest("retired_use.last_seen", "excluded.last_seen");
    try (PreparedStatement merge = connection.prepareStatement(sql)) {
      int waiting = 0;
      for (Map.Entry<String, Tally> rule : rules.entrySet()) {
        merge.setString(1, rule.getKey());
        merge.setLong(2, rule.getValue().firstSeen());
        merge.setLong(3, rule.getValue().lastSeen());
        waiting = added(merge, waiting);
      }
      finish(merge, waiting);
    }
  }

  private static void setLong(PreparedStatement statement, int index, @Nullable Long value)
      throws SQLException {
    if (value == null) {
      statement.setNull(index, Types.BIGINT);
    } else {
      statement.setLong(index, value);
    }
  }

  private static int added(PreparedStatement statement, int waiting) throws SQLException {
    statement.addBatch();
    if (waiting + 1 < CHUNK) {
      return waiting + 1;
    }
    statement.executeBatch();
    return 0;
  }

  private static void finish(PreparedStatement statement, int waiting) throws SQLException {
    if (waiting > 0) {
      statement.executeBatch();
    }
  }
}
