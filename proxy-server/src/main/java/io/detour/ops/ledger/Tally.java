package io.detour.ops.ledger;

import io.detour.server.account.UseJournal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a row of the ledger has, or what has come together for it. Immutable. Times are seconds
 * since 1970.
 */
record Tally(
    long firstSeen,
    long lastSeen,
    long requests,
    long upstreamBytes,
    long downstreamBytes,
    LastRequest last) {
  private static final LastRequest UNKNOWN = new LastRequest(0, null, null, null);

  /** Nothing at all. */
  static final Tally NONE = new Tally(Long.MAX_VALUE, Long.MIN_VALUE, 0, 0, 0, UNKNOWN);

  /** Longer than any host name, and enough of what a program says of itself. */
  private static final int MAX_CHARACTERS = 256;

  /**
   * What a row is about: a legacy name and who used it, or {@link #OTHER}.
   *
   * @param rule the group of {@link UseJournal}; the column had its name when there were only rules
   */
  record Key(String rule, String host, String client) implements Comparable<Key> {
    /** Stands for the hosts and clients of all rows that were folded into one. */
    static final String OTHER = "(other)";

    /**
     * The order in which every Detour locks rows, so that none waits for another in a circle: the
     * folded row of a group comes before its others, since folding adds to it what it takes from
     * them.
     */
    private static final Comparator<Key> LOCKING =
        Comparator.comparing(Key::rule)
            .thenComparing(key -> !key.isOther())
            .thenComparing(Key::host)
            .thenComparing(Key::client);

    /** With texts of clients at the length at which they are kept. */
    static Key of(String group, String host, String client) {
      return new Key(group, shortenedText(host), shortenedText(client));
    }

    /** The row into which others of a group are folded. */
    static Key otherOf(String group) {
      return new Key(group, OTHER, OTHER);
    }

    /** Whether a rule decided, and not only that the name or address is in a legacy zone. */
    boolean hasRule() {
      return !rule.startsWith(UseJournal.ZONE);
    }

    private boolean isOther() {
      return host.equals(OTHER) && client.equals(OTHER);
    }

    /** The same fit for a database. */
    Key clean() {
      return new Key(
          StoredRows.cleanText(rule), StoredRows.cleanText(host), StoredRows.cleanText(client));
    }

    @Override
    public int compareTo(Key that) {
      return LOCKING.compare(this, that);
    }
  }

  /**
   * What a request said of itself.
   *
   * @param second when it was; 0 if nothing is known
   */
  record LastRequest(
      long second, @Nullable String user, @Nullable String userAgent, @Nullable String target) {}

  /** One request. */
  static Tally of(UseJournal.Use use) {
    long second = use.epochSecond();
    LastRequest request =
        new LastRequest(
            second, shortened(use.user()), shortened(use.userAgent()), shortened(use.target()));
    return new Tally(second, second, 1, 0, 0, request);
  }

  /** One request of which only the time is to be kept. */
  static Tally ofFolded(long second) {
    return new Tally(second, second, 1, 0, 0, UNKNOWN);
  }

  /** Bytes that were moved until a time: a name whose tunnel ends then was in use until then. */
  static Tally ofBytes(long upstream, long downstream, long second) {
    return new Tally(second, second, 0, upstream, downstream, UNKNOWN);
  }

  /** What a row of the database has in {@code first_seen} and the columns that follow it. */
  static Tally of(ResultSet row) throws SQLException {
    return new Tally(
        row.getLong("first_seen"),
        row.getLong("last_seen"),
        row.getLong("requests"),
        row.getLong("bytes_upstream"),
        row.getLong("bytes_downstream"),
        UNKNOWN);
  }

  private static String shortenedText(String text) {
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
  }

  private static @Nullable String shortened(@Nullable String text) {
    return text == null ? null : shortenedText(text);
  }

  /** Both together, for the same row. */
  Tally plus(Tally that) {
    return new Tally(
        Math.min(firstSeen, that.firstSeen),
        Math.max(lastSeen, that.lastSeen),
        requests + that.requests,
        upstreamBytes + that.upstreamBytes,
        downstreamBytes + that.downstreamBytes,
        that.last.second >= last.second ? that.last : last);
  }

  /** The columns of the row of a key, as {@link StoredRows#mergeUses} writes them. */
  List<@Nullable Object> stored(Key key) {
    return Arrays.asList(
        key.rule,
        key.host,
        key.client,
        firstSeen,
        lastSeen,
        requests,
        upstreamBytes,
        downstreamBytes,
        last.second,
        StoredRows.clean(last.user),
        StoredRows.clean(last.userAgent),
        StoredRows.clean(last.target));
  }
}
