package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger says. Times are seconds since 1970.
 *
 * @param ledger {@code sqlite}, {@code postgresql}, or {@code off} for none
 * @param source what was read, or null for none
 * @param rules those of the query in its order, then others that the ledger knows, by name
 * @param unmatched legacy names without a rule that were used in the time of the query, by suffix
 * @param entriesTotal how many rows there are of these rules and suffixes
 * @param entries the {@value #MAX_ENTRIES} of them that were seen last, the newest first
 */
public record Report(
    String ledger,
    @Nullable Source source,
    ReportQuery query,
    List<RuleReport> rules,
    List<UnmatchedReport> unmatched,
    long entriesTotal,
    List<UseReport> entries) {
  /** The most rows that a report holds. */
  public static final int MAX_ENTRIES = 10_000;

  public Report {
    rules = List.copyOf(rules);
    unmatched = List.copyOf(unmatched);
    entries = List.copyOf(entries);
  }

  /**
   * Which ledger was read. All Detours that write to it are in the same report.
   *
   * @param url without credentials
   * @param since the first use or observation in it, or null if there is none
   * @param lastWritten when a Detour was last known to write to it, or null
   * @param runs how many runs of Detour wrote to it, of the last thirty days
   */
  public record Source(String url, @Nullable Long since, @Nullable Long lastWritten, long runs) {}

  /** What has a row. */
  public enum Rows {
    RULE,
    HOST,
    CLIENT;

    /** The order of the rows of {@link #HOST} or {@link #CLIENT}. */
    public LedgerReading.Order order() {
      return this == HOST ? LedgerReading.Order.HOST : LedgerReading.Order.CLIENT;
    }
  }

  /**
   * What the ledger says about a rule.
   *
   * @param inForce whether it is among the rules, or null if they are not known
   * @param firstSeen its first use, or null
   * @param lastSeen its last use, or null
   * @param upstreamBytes of tunnels and requests that have ended
   * @param hosts legacy names that are not folded
   * @param clients clients that are not folded
   * @param certificate the worst of its targets, or null if none was checked
   */
  public record RuleReport(
      String name,
      @Nullable String owner,
      @Nullable String ticket,
      @Nullable Boolean inForce,
      Judgement judgement,
      @Nullable Long firstSeen,
      @Nullable Long lastSeen,
      long requests,
      long upstreamBytes,
      long downstreamBytes,
      long hosts,
      long clients,
      @Nullable CertificateFinding certificate) {}

  /**
   * The use of all names with a legacy suffix that no rule was for. There is no verdict on them.
   *
   * @param upstreamBytes of tunnels and requests that have ended
   * @param hosts names that are not folded
   * @param clients clients that are not folded
   */
  public record UnmatchedReport(
      String suffix,
      long firstSeen,
      long lastSeen,
      long requests,
      long upstreamBytes,
      long downstreamBytes,
      long hosts,
      long clients) {}

  /**
   * The use of a legacy name.
   *
   * @param rule that decided, or null if none was for the name
   * @param suffix the legacy suffix of a name without a rule, or null
   * @param client who used it, or null if these are all clients
   * @param clients how many these are
   * @param user of the last request, or null, like user agent and target
   * @param upstreamBytes of tunnels and requests that have ended
   */
  public record UseReport(
      @Nullable String rule,
      @Nullable String suffix,
      String host,
      @Nullable String client,
      long clients,
      @Nullable String user,
      @Nullable String userAgent,
      @Nullable String target,
      long firstSeen,
      long lastSeen,
      long requests,
      long upstreamBytes,
      long downstreamBytes) {}
}
