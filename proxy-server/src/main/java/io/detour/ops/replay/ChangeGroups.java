package io.detour.ops.replay;

import io.detour.ops.replay.ReplayResult.Change;
import io.detour.ops.replay.ReplayResult.ChangeGroup;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Changed requests by what changed. A bounded number of groups; the rest is counted. One thread.
 */
final class ChangeGroups {
  /** More than anybody reads; about 10 MB. */
  static final int MOST = 10_000;

  private static final Comparator<ChangeGroup> MOST_FREQUENT_FIRST =
      Comparator.comparingLong(ChangeGroup::requests)
          .reversed()
          .thenComparing(group -> group.change().toString());

  private final Clients.Budget budget;
  private final Map<Change, Tally> tallies = new HashMap<>();
  private long ungrouped;

  /** What is known about the requests of a group. */
  private static final class Tally {
    private final Clients clients;
    private Instant first = Instant.MAX;
    private Instant last = Instant.MIN;
    private long requests;

    Tally(Clients.Budget budget) {
      clients = new Clients(budget);
    }

    void add(LoggedRequest request) {
      requests++;
      clients.add(request.client());
      first = request.time().isBefore(first) ? request.time() : first;
      last = request.time().isAfter(last) ? request.time() : last;
    }

    ChangeGroup group(Change change) {
      return new ChangeGroup(change, requests, clients.count(), clients.isMore(), first, last);
    }
  }

  ChangeGroups(Clients.Budget budget) {
    this.budget = budget;
  }

  void add(Change change, LoggedRequest request) {
    Tally tally = tallies.get(change);
    if (tally == null) {
      if (tallies.size() == MOST) {
        ungrouped++;
        return;
      }
      tally = new Tally(budget);
      tallies.put(change, tally);
    }
    tally.add(request);
  }

  /** The groups of some changes, those with most requests first. */
  List<ChangeGroup> groups(Predicate<Change> wanted) {
    return tallies.entrySet().stream()
        .filter(entry -> wanted.test(entry.getKey()))
        .map(entry -> entry.getValue().group(entry.getKey()))
        .sorted(MOST_FREQUENT_FIRST)
        .toList();
  }

  /** How many requests are in no group. */
  long ungrouped() {
    return ungrouped;
  }

  static Comparator<ChangeGroup> mostFrequentFirst() {
    return MOST_FREQUENT_FIRST;
  }

  /** Counts different clients, up to a bound of its own and one that it shares. One thread. */
  static final class Clients {
    /** More are as good as everybody. */
    static final int MOST = 1_000;

    private final Budget budget;
    private final Set<String> seen = new HashSet<>();
    private boolean more;

    /** How many clients may still be remembered. One thread. */
    static final class Budget {
      private int left;

      Budget(int most) {
        left = most;
      }
    }

    Clients(Budget budget) {
      this.budget = budget;
    }

    void add(String client) {
      if (more || seen.contains(client)) {
        return;
      }
      if (seen.size() == MOST || budget.left == 0) {
        more = true;
        return;
      }
      budget.left--;
      seen.add(client);
    }

    int count() {
      return seen.size();
    }

    /** Whether there are more than {@link #count}. */
    boolean isMore() {
      return more;
    }
  }
}
