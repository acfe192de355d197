package io.detour.ops.ledger;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.ops.ledger.AddressSurvey.AddressUse;
import io.detour.ops.ledger.Report.RuleReport;
import io.detour.ops.ledger.Report.UnmatchedReport;
import io.detour.ops.ledger.Report.UseReport;
import io.detour.server.account.UseJournal;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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

  private static final String BY_ADDRESS =
      """
      SELECT rule, host, sum(requests) AS requests, max(last_seen) AS last_seen
      FROM legacy_use GROUP BY rule, host
      """;

  private static final String SOURCE =
      """
      SELECT
        (SELECT min(t) FROM (SELECT min(first_seen) AS t FROM legacy_use
          UNION ALL SELECT min(first_seen) FROM retired_use
          UNION ALL SELECT min(span_start) FROM rule_span) AS times) AS since,
        (SELECT max(alive) FROM detour_run) AS alive,
        (SELECT count(*) FROM detour_run) AS runs
      """;

  private final LedgerUrl url;
  private final LedgerConnection connection;

  private LedgerReading(LedgerUrl url, LedgerConnection connection) {
    this.url = url;
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
      return new LedgerReading(inFull(url.resolved()), connection);
    } catch (SQLException e) {
      connection.close();
      throw new SQLException("it holds no ledger that can be read: " + e.getMessage(), e);
    }
  }

  /** With the whole path of a file: there may be several of the same name. */
  private static LedgerUrl inFull(LedgerUrl url) {
    return url instanceof LedgerUrl.Sqlite(Path file)
        ? new LedgerUrl.Sqlite(file.toAbsolutePath().normalize())
        : url;
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
    Predicate<String> groups = groups(query, rules);
    var _ = uses(groups, Order.NEWEST, Long.MIN_VALUE, Report.MAX_ENTRIES, false, newest::add);
    return new Report(
        connection.dialect().label(),
        source(),
        query,
        rules,
        unmatched(query),
        count(groups),
        newest);
  }

  /** Which ledger this is. */
  public Report.Source source() throws SQLException {
    return connection
        .read(
            SOURCE,
            row ->
                new Report.Source(
                    url.toString(), time(row, "since"), time(row, "alive"), row.getLong("runs")))
        .getFirst();
  }

  private static @Nullable Long time(ResultSet row, String column) throws SQLException {
    long second = row.getLong(column);
    return row.wasNull() ? null : Long.valueOf(second);
  }

  /** Only the rules of a report. */
  public List<RuleReport> rules(ReportQuery query) throws SQLException {
    return new RuleRows(connection).read(query);
  }

  /** Only the names without a rule of a report, by suffix. */
  public List<UnmatchedReport> unmatched(ReportQuery query) throws SQLException {
    return new RuleRows(connection).unmatched(query);
  }

  /** Whether a report has the uses of a group: names without a rule are used, and never unused. */
  private static Predicate<String> groups(ReportQuery query, List<RuleReport> rules) {
    Set<String> names = rules.stream().map(RuleReport::name).collect(Collectors.toSet());
    return query.unusedOnly()
        ? names::contains
        : group -> names.contains(group) || UseJournal.zoneOf(group) != null;
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
    return uses(groups(query, rules), order, from, most, true, consumer);
  }

  private long uses(
      Predicate<String> groups,
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
          if (!groups.test(row.getString("rule"))) {
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
    String group = row.getString("rule");
    String suffix = UseJournal.zoneOf(group);
    return new UseReport(
        suffix == null ? group : null,
        suffix,
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

  /** What was asked for by address. */
  Map<Host, List<AddressUse>> usesByAddress() throws SQLException {
    Map<Host, List<AddressUse>> uses = new HashMap<>();
    connection.query(
        BY_ADDRESS,
        row -> {
          if (Host.parse(row.getString("host")) instanceof Parsed.Value(Host host)
              && host.isAddress()) {
            uses.computeIfAbsent(host, _ -> new ArrayList<>(1))
                .add(
                    new AddressUse(
                        row.getString("rule"), row.getLong("requests"), row.getLong("last_seen")));
          }
        });
    return uses;
  }

  private long count(Predicate<String> groups) throws SQLException {
    String sql = "SELECT rule, count(*) FROM legacy_use GROUP BY rule";
    return connection.read(sql, row -> groups.test(row.getString(1)) ? row.getLong(2) : 0).stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
