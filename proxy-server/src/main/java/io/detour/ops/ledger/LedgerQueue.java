package io.detour.ops.ledger;

import io.detour.server.account.UseJournal;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Uses that are not in the database yet, added up by row. Any thread.
 *
 * <p>The rows are spread over maps with a lock each, which is held for a lookup and an addition: an
 * event loop never waits for a database, and hardly ever for another event loop. When a batch is
 * taken, each map is replaced by an empty one under its lock.
 *
 * <p>There are at most as many rows as the limit says, those of the batch that is being written
 * included. A use that would need one more goes to the folded row of its rule; of these there are
 * as many as there are rules.
 */
final class LedgerQueue {
  /** Several for each event loop, so that two seldom want the same; a power of two. */
  private static final int STRIPES = 64;

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final int limit;

  /** Rows here and in the batch that is being written. */
  private final AtomicInteger rows = new AtomicInteger();

  private final LongAdder folded = new LongAdder();

  /** Part of the rows. */
  private static final class Stripe {
    private Map<EntryKey, Tally> tallies = new HashMap<>();
  }

  /**
   * @param limit the most rows, but for the folded ones
   */
  LedgerQueue(int limit) {
    this.limit = limit;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /** Adds a request. */
  void add(UseJournal.Use use) {
    EntryKey key = key(use.rule(), use.host(), use.client());
    Stripe stripe = stripe(key);
    synchronized (stripe) {
      Tally tally = tally(stripe, key);
      if (tally != null) {
        tally.add(use);
        return;
      }
    }
    folded.increment();
    EntryKey other = EntryKey.otherOf(use.rule());
    Stripe others = stripe(other);
    synchronized (others) {
      folded(others, other).addFolded(use.epochSecond());
    }
  }

  /** Adds bytes that were moved until a time. */
  void add(String rule, String host, String client, long up, long down, long epochSecond) {
    EntryKey key = key(rule, host, client);
    Stripe stripe = stripe(key);
    synchronized (stripe) {
      Tally tally = tally(stripe, key);
      if (tally != null) {
        tally.add(up, down, epochSecond);
        return;
      }
    }
    EntryKey other = EntryKey.otherOf(rule);
    Stripe others = stripe(other);
    synchronized (others) {
      folded(others, other).add(up, down, epochSecond);
    }
  }

  private static EntryKey key(String rule, String host, String client) {
    return new EntryKey(rule, StoredText.shortenedText(host), StoredText.shortenedText(client));
  }

  private Stripe stripe(EntryKey key) {
    int hash = key.hashCode();
    return stripes[(hash ^ hash >>> 16) & (STRIPES - 1)];
  }

  /** The sum of a row, which is made if there is room for it; null if there is none. */
  private @Nullable Tally tally(Stripe stripe, EntryKey key) {
    Tally known = stripe.tallies.get(key);
    if (known != null) {
      return known;
    }
    if (rows.incrementAndGet() > limit) {
      rows.decrementAndGet();
      return null;
    }
    Tally tally = new Tally();
    stripe.tallies.put(key, tally);
    return tally;
  }

  private Tally folded(Stripe stripe, EntryKey other) {
    Tally known = stripe.tallies.get(other);
    if (known != null) {
      return known;
    }
    rows.incrementAndGet();
    Tally tally = new Tally();
    stripe.tallies.put(other, tally);
    return tally;
  }

  /**
   * Takes all rows out, in the order in which they are to be written. They count until they are
   * {@link #written}.
   */
  SortedMap<EntryKey, Tally> take() {
    SortedMap<EntryKey, Tally> taken = new TreeMap<>();
    int before = 0;
    for (Stripe stripe : stripes) {
      Map<EntryKey, Tally> tallies;
      synchronized (stripe) {
        tallies = stripe.tallies;
        stripe.tallies = new HashMap<>();
      }
      before += tallies.size();
      tallies.forEach((key, tally) -> merge(taken, key, tally));
    }
    rows.addAndGet(taken.size() - before);
    return taken;
  }

  /** Two texts of clients may be the same once they are clean. */
  private static void merge(Map<EntryKey, Tally> taken, EntryKey key, Tally tally) {
    EntryKey clean =
        new EntryKey(
            StoredText.cleanText(key.rule()),
            StoredText.cleanText(key.host()),
            StoredText.cleanText(key.client()));
    Tally same = taken.putIfAbsent(clean, tally);
    if (same != null) {
      same.add(tally);
    }
  }

  /** So many rows that were taken need no memory any more. */
  void written(int count) {
    rows.addAndGet(-count);
  }

  /** Rows that are not in the database yet. */
  int size() {
    return rows.get();
  }

  int limit() {
    return limit;
  }

  /** Requests that went to the folded row of their rule for want of room. */
  long folded() {
    return folded.sum();
  }
}
