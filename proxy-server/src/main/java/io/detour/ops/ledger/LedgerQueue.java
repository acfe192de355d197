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
 * <p>Rows of rules and rows without a rule have a limit each, since whoever asks for names at
 * random must not take the room of rules. The rows of the batch that is being written are included.
 * A use that would need one more goes to the folded row of its group; of these there are as many as
 * there are rules and legacy suffixes and networks.
 */
final class LedgerQueue {
  /** Several for each event loop, so that two seldom want the same; a power of two. */
  private static final int STRIPES = 64;

  /** So many rows of rules for each row without a rule. */
  private static final int RULED_PER_UNMATCHED = 4;

  /** Targets of checks. */
  private static final int MAX_CHECKS = 10_000;

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final Room ruled;
  private final Room unmatched;

  private final LongAdder folded = new LongAdder();

  private final RuleSpans spans = new RuleSpans();

  /** The last check of each target's certificate. */
  private final Map<Target, CertificateFinding> checks = new ConcurrentHashMap<>();

  /** Part of the rows. */
  private static final class Stripe {
    private Map<Tally.Key, Tally> tallies = new HashMap<>();
  }

  /** How many rows of a kind there may be, and are, here and in the batch that is being written. */
  private record Room(int limit, AtomicInteger rows) {
    static Room of(int limit) {
      return new Room(limit, new AtomicInteger());
    }

    /** Takes the place of one more row, unless they are as many as may be. */
    boolean take(boolean beyondLimit) {
      if (rows.incrementAndGet() <= limit || beyondLimit) {
        return true;
      }
      rows.decrementAndGet();
      return false;
    }
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

  /**
   * @param ruledLimit the most rows of rules, not counting folded ones; without a rule there may be
   *     a quarter of them, and one at least
   */
  LedgerQueue(int ruledLimit) {
    this.ruled = Room.of(ruledLimit);
    this.unmatched = Room.of(Math.max(1, ruledLimit / RULED_PER_UNMATCHED));
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe();
    }
  }

  /** Adds a request. */
  void add(UseJournal.Use use) {
    Tally.Key key = Tally.Key.of(use.group(), use.host(), use.client());
    if (!add(key, Tally.of(use), false)) {
      folded.increment();
      addFolded(use.group(), Tally.ofFolded(use.epochSecond()));
    }
  }

  /** Adds bytes that were moved until a time. */
  void add(String group, String host, String client, long up, long down, long epochSecond) {
    Tally bytes = Tally.ofBytes(up, down, epochSecond);
    if (!add(Tally.Key.of(group, host, client), bytes, false)) {
      addFolded(group, bytes);
    }
  }

  private void addFolded(String group, Tally addition) {
    add(Tally.Key.otherOf(group), addition, true);
  }

  /** Adds to a row, unless that needs a place that there is not; whether it was added. */
  private boolean add(Tally.Key key, Tally addition, boolean beyondLimit) {
    Stripe stripe = stripe(key);
    synchronized (stripe) {
      if (!stripe.tallies.containsKey(key) && !room(key).take(beyondLimit)) {
        return false;
      }
      stripe.tallies.merge(key, addition, Tally::plus);
      return true;
    }
  }

  private Room room(Tally.Key key) {
    return key.hasRule() ? ruled : unmatched;
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
    for (Stripe stripe : stripes) {
      Map<Tally.Key, Tally> tallies;
      synchronized (stripe) {
        tallies = stripe.tallies;
        stripe.tallies = new HashMap<>();
      }
      for (Map.Entry<Tally.Key, Tally> row : tallies.entrySet()) {
        Tally.Key clean = row.getKey().clean();
        if (taken.containsKey(clean)) { // two texts of clients may be the same once they are clean
          room(clean).rows.decrementAndGet();
        }
        taken.merge(clean, row.getValue(), Tally::plus);
      }
    }
    return taken;
  }

  /** Rows that were taken and need no memory any more. */
  void written(Batch batch) {
    batch.rows().keySet().forEach(key -> room(key).rows.decrementAndGet());
  }

  /** Rows that are not in the database yet. */
  int size() {
    return ruled.rows.get() + unmatched.rows.get();
  }

  /** The most rows of both kinds, not counting folded ones. */
  int limit() {
    return ruled.limit + unmatched.limit;
  }

  /** Requests that went to the folded row of their group for want of room. */
  long folded() {
    return folded.sum();
  }
}
