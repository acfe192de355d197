package io.detour.ops.ledger;

import io.detour.core.Printable;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UseReport;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Reads a ledger as it is when this is opened. For one thread, which is no event loop. */
public final class LedgerReading implements AutoCloseable {
  private static final String ENTRIES =
      """
      SELECT rule, host, client, 1 AS clients, last_user, last_user_agent, last_target, first_seen,
        last_seen, requests, bytes_upstream, bytes_downstream
      FROM legacy_use WHERE last_seen >= ? ORDER BY
      """;

  private static final String BY_HOST =
      """
      SELECT * FROM (
        SELECT rule, host, NULL AS client, count(*) OVER same AS clients, last_user,
          last_user_agent, last_target, min(first_seen) OVER same AS first_seen,
          max(last_seen) OVER same AS last_seen, sum(requests) OVER same AS requests,
          sum(bytes_upstream) OVER same AS bytes_upstream,
          sum(bytes_downstream) OVER same AS bytes_downstream,
          row_number() OVER (PARTITION BY rule, host ORDER BY last_request DESC, client) AS place
        FROM legacy_use WINDOW same AS (PARTITION BY rule, host)) AS hosts
      WHERE place = 1 AND last_seen >= ? ORDER BY host, rule
      """;

  private final LedgerConnection connection;

  private LedgerReading(LedgerConnection connection) {
    this.connection = connection;
  }

  /** The order of rows. */
  public enum Order {
    /** By the last use, the newest first. */
    NEWEST(ENTRIES + "last_seen DESC, rule, host, client"),
    /** By client. */
    CLIENT(ENTRIES + "client, rule, host"),
    /** By host, the clients of each together. */
    HOST(BY_HOST);

    private final String sql;

    Order(String sql) {
      this.sql = sql;
    }
  }

  /**
   * Opens a ledger.
   *
   * @throws SQLException if it cannot be read; {@link #problem} says why
   */
  public static LedgerReading open(LedgerUrl url) throws SQLException {
    LedgerConnection connection = LedgerDatabase.of(url).openForReading();
    try {
      connection.query("SELECT id FROM detour_run LIMIT 1", _ -> {});
      return new LedgerReading(connection);
    } catch (SQLException e) {
      connection.close();
      throw new SQLException("it holds no ledger that can be read: " + e.getMessage(), e);
    }
  }

  /** Why a ledger cannot be read, on one line and without secrets. */
  public static String problem(LedgerUrl url, SQLException problem) {
    String masked = LedgerDatabase.of(url).masked(LedgerDatabase.firstLine(problem));
    return "ledger " + url.resolved() + ": " + Printable.escaped(masked);
  }

  /** Reads all of a report. */
  public Report report(ReportQuery query) throws SQLException {
    List<RuleReport> rules = rules(query);
    List<UseReport> newest = new ArrayList<>();
    Set<String> names = names(rules);
    var _ = uses(names, Order.NEWEST, Long.MIN_VALUE, Report.MAX_ENTRIES, false, newest::add);
    return new Report(connection.dialect().label(), query, rules, count(names), newest);
  }

  /** Only the rules of a report. */
  public List<RuleReport> rules(ReportQuery query) throws SQLException {
    return new RuleRows(connection).read(query);
  }

  private static Set<String> names(List<RuleReport> rules) {
    return rules.stream().map(RuleReport::name).collect(Collectors.toSet());
  }

  /**
   * Reads the rows of a query: those seen in its time, or all if it is about unused rules.
   *
   * @param rules what {@link #rules} returned for the same query
   * @return how many were only counted, beyond the most
   */
  public long uses(
      ReportQuery query,
      List<RuleReport> rules,
      Order order,
      long most,
      Consumer<UseReport> consumer)
      throws SQLException {
    long from = query.unusedOnly() ? Long.MIN_VALUE : query.fromSecond();
    return uses(names(rules), order, from, most, true, consumer);
  }

  private long uses(
      Set<String> rules,
      Order order,
      long from,
      long most,
      boolean countMore,
      Consumer<UseReport> consumer)
      throws SQLException {
    long read = 0;
    long more = 0;
    try (PreparedStatement query = connection.jdbc().prepareStatement(order.sql)) {
      query.setFetchSize(LedgerConnection.FETCHED);
      query.setLong(1, from);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          if (!rules.contains(row.getString("rule"))) {
            continue;
          }
          if (read < most) {
            read++;
            consumer.accept(use(row));
          } else if (countMore) {
            more++;
          } else {
            break;
          }
        }
      }
    }
    return more;
  }

  private static UseReport use(ResultSet row) throws SQLException {
    return new UseReport(
        row.getString("rule"),
        row.getString("host"),
        row.getString("client"),
        row.getLong("clients"),
        row.getString("last_user"),
        row.getString("last_user_agent"),
        row.getString("last_target"),
        row.getLong("first_seen"),
        row.getLong("last_seen"),
        row.getLong("requests"),
        row.getLong("bytes_upstream"),
        row.getLong("bytes_downstream"));
  }

  private long count(Set<String> rules) throws SQLException {
    String sql = "SELECT rule, count(*) FROM legacy_use GROUP BY rule";
    return connection
        .read(sql, row -> rules.contains(row.getString(1)) ? row.getLong(2) : 0)
        .stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
