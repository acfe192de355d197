package io.detour.ops.ledger;

import io.detour.server.account.UseJournal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has come together for one row since the last batch. Guarded by whoever holds it. */
final class Tally {
  /** Longer than any host name, and enough of what a program says of itself. */
  private static final int MAX_CHARACTERS = 256;

  private long firstSeen = Long.MAX_VALUE;
  private long lastSeen = Long.MIN_VALUE;

  /** When the request was that the texts are of; 0 for none. */
  private long lastRequest;

  private long requests;
  private long upstreamBytes;
  private long downstreamBytes;
  private @Nullable String user;
  private @Nullable String userAgent;
  private @Nullable String target;

  /**
   * What a row of the ledger is about.
   *
   * @param rule the name of a rule
   * @param host a legacy name, or {@link #OTHER}
   * @param client who used it, or {@link #OTHER}
   */
  record Key(String rule, String host, String client) implements Comparable<Key> {
    /** Stands for the hosts and clients of all rows that were folded into one. */
    static final String OTHER = "(other)";

    /**
     * The order in which every Detour locks rows, so that none waits for another in a circle: the
     * folded row of a rule comes before its others, since folding adds to it what it takes from
     * them.
     */
    private static final Comparator<Key> LOCKING =
        Comparator.comparing(Key::rule)
            .thenComparing(key -> !key.isOther())
            .thenComparing(Key::host)
            .thenComparing(Key::client);

    /** With texts of clients at the length at which they are kept. */
    static Key of(String rule, String host, String client) {
      return new Key(rule, shortenedText(host), shortenedText(client));
    }

    /** The row into which others of a rule are folded. */
    static Key otherOf(String rule) {
      return new Key(rule, OTHER, OTHER);
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

  private static String shortenedText(String text) {
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
  }

  private static @Nullable String shortened(@Nullable String text) {
    return text == null ? null : shortenedText(text);
  }

  /** What a row of the database has in {@code first_seen} and the columns that follow it. */
  static Tally of(ResultSet row) throws SQLException {
    Tally tally = new Tally();
    tally.firstSeen = row.getLong("first_seen");
    tally.lastSeen = row.getLong("last_seen");
    tally.requests = row.getLong("requests");
    tally.upstreamBytes = row.getLong("bytes_upstream");
    tally.downstreamBytes = row.getLong("bytes_downstream");
    return tally;
  }

  /** Adds a request. What it says of itself is kept if none later is known. */
  void add(UseJournal.Use use) {
    if (use.epochSecond() >= lastRequest) {
      lastRequest = use.epochSecond();
      user = shortened(use.user());
      userAgent = shortened(use.userAgent());
      target = shortened(use.target());
    }
    seen(use.epochSecond());
    requests++;
  }

  /** Adds a request of which only the time is to be kept. */
  void addFolded(long epochSecond) {
    seen(epochSecond);
    requests++;
  }

  /** Adds bytes: a name whose tunnel ends now was in use until now. */
  void add(long upstream, long downstream, long epochSecond) {
    seen(epochSecond);
    upstreamBytes += upstream;
    downstreamBytes += downstream;
  }

  private void seen(long epochSecond) {
    firstSeen = Math.min(firstSeen, epochSecond);
    lastSeen = Math.max(lastSeen, epochSecond);
  }

  /** Adds all of another one of the same row. */
  void add(Tally other) {
    if (other.lastRequest > 0 && other.lastRequest >= lastRequest) {
      lastRequest = other.lastRequest;
      user = other.user;
      userAgent = other.userAgent;
      target = other.target;
    }
    firstSeen = Math.min(firstSeen, other.firstSeen);
    lastSeen = Math.max(lastSeen, other.lastSeen);
    requests += other.requests;
    upstreamBytes += other.upstreamBytes;
    downstreamBytes += other.downstreamBytes;
  }

  long firstSeen() {
    return firstSeen;
  }

  long lastSeen() {
    return lastSeen;
  }

  long requests() {
    return requests;
  }

  long upstreamBytes() {
    return upstreamBytes;
  }

  long downstreamBytes() {
    return downstreamBytes;
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
        lastRequest,
        StoredRows.clean(user),
        StoredRows.clean(userAgent),
        StoredRows.clean(target));
  }
}
