package io.detour.ops.ledger;

import io.detour.server.account.UseJournal;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What has come together for one row since the last batch. Guarded by whoever holds it. */
final class Tally {
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
      user = StoredText.shortened(use.user());
      userAgent = StoredText.shortened(use.userAgent());
      target = StoredText.shortened(use.target());
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

  long lastRequest() {
    return lastRequest;
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

  @Nullable String user() {
    return user;
  }

  @Nullable String userAgent() {
    return userAgent;
  }

  @Nullable String target() {
    return target;
  }
}
