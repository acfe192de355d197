package io.detour.ops.ledger;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.server.account.UseJournal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is not in the database yet: uses, added up by row, rules that came into force or went, and
 * checks of certificates. Any thread.
 *
 * <p>The rows are spread over maps with a lock each, which is held for a lookup and an addition: an
 * event loop never waits for a database, and hardly ever for another event loop. When a batch is
 * taken, each map is replaced by an empty one under its lock.
 *
 * <p>There are at most as many rows as the limit says, those of the batch that is being written
 * included. A use that would need one more goes to the folded row of its group; of these there are
 * as many as there are rules and legacy suffixes.
 */
final class LedgerQueue {
  /** Several for each event loop, so that two seldom want the same; a power of two. */
  private static final int STRIPES = 64;

  /** Targets of checks. */
  private static final int MAX_CHECKS = 10_000;

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final int limit;

  /** Rows here and in the batch that is being written. */
  private final AtomicInteger rows = new AtomicInteger();

  private final LongAdder folded = new LongAdder();

  private final RuleSpans spans = new RuleSpans();

  /** The last check of each target's certificate. */
  private final Map<Target, CertificateFinding> checks = new ConcurrentHashMap<>();

  /** Part of the rows. */
  private static final class Stripe {
    private Map<Tally.Key, Tally> tallies = new HashMap<>();
  }

  private record Target(String rule, String target) {}

  /**
   * What is written in one transaction.
   *
   * @param number counts the batches of this process from 1
   * @param aliveSecond up to when everything is in it, in seconds since 1970
   * @param rows in the order in which they are locked
   * @param spans rules that came into force or went
   * @param certificates the last check of each target that was checked
   */
  record Batch(
      long number,
      long aliveSecond,
      SortedMap<Tally.Key, Tally> rows,
      List<RuleSpans.Span> spans,
      List<CertificateFinding> certificates) {
    boolean hasNews() {
      return !rows.isEmpty() || !spans.isEmpty() || !certificates.isEmpty();
    }
  }

  /** Holds so many rows at most, not counting folded ones. */
  LedgerQueue(int limit) {
    this.limit = limit;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /** Adds a request. */
  void add(UseJournal.Use use) {
    Tally.Key key = Tally.Key.of(use.group(), use.host(), use.client());
    if (!add(key, Tally.of(use), limit)) {
      folded.increment();
      addFolded(use.group(), Tally.ofFolded(use.epochSecond()));
    }
  }

  /** Adds bytes that were moved until a time. */
  void add(String group, String host, String client, long up, long down, long epochSecond) {
    Tally bytes = Tally.ofBytes(up, down, epochSecond);
    if (!add(Tally.Key.of(group, host, client), bytes, limit)) {
      addFolded(group, bytes);
    }
  }

  private void addFolded(String group, Tally addition) {
    add(Tally.Key.otherOf(group), addition, Integer.MAX_VALUE);
  }

  /** Adds to a row, unless that makes more rows than so many; whether it was added. */
  private boolean add(Tally.Key key, Tally addition, int most) {
    Stripe stripe = stripe(key);
    synchronized (stripe) {
      if (!stripe.tallies.containsKey(key) && rows.incrementAndGet() > most) {
        rows.decrementAndGet();
        return false;
      }
      stripe.tallies.merge(key, addition, Tally::plus);
      return true;
    }
  }

  /** Adds a check of a certificate; those of too many targets wait for their next check. */
  void add(CertificateFinding check) {
    Target target = new Target(check.rule(), check.target());
    if (checks.size() < MAX_CHECKS || checks.containsKey(target)) {
      checks.put(target, check);
    }
  }

  /** Since when which rules are in force. */
  RuleSpans spans() {
    return spans;
  }

  private Stripe stripe(Tally.Key key) {
    int hash = key.hashCode();
    return stripes[(hash ^ hash >>> 16) & (STRIPES - 1)];
  }

  /** Takes everything out. Rows count until they are {@link #written}. */
  Batch take(long number, long aliveSecond) {
    return new Batch(number, aliveSecond, takeRows(), spans.take(), takeChecks());
  }

  private List<CertificateFinding> takeChecks() {
    List<CertificateFinding> taken = new ArrayList<>();
    checks.forEach(
        (target, check) -> {
          if (checks.remove(target, check)) {
            taken.add(check);
          }
        });
    return taken;
  }

  /** Whether the database lacks anything. */
  boolean hasNews() {
    return size() > 0 || spans.hasNews() || !checks.isEmpty();
  }

  private SortedMap<Tally.Key, Tally> takeRows() {
    SortedMap<Tally.Key, Tally> taken = new TreeMap<>();
    int before = 0;
    for (Stripe stripe : stripes) {
      Map<Tally.Key, Tally> tallies;
      synchronized (stripe) {
        tallies = stripe.tallies;
        stripe.tallies = new HashMap<>();
      }
      before += tallies.size();
      // Two texts of clients may be the same once they are clean.
      tallies.forEach((key, tally) -> taken.merge(key.clean(), tally, Tally::plus));
    }
    rows.addAndGet(taken.size() - before);
    return taken;
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

  /** Requests that went to the folded row of their group for want of room. */
  long folded() {
    return folded.sum();
  }
}
