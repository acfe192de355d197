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

/** Requests by what changed, in a bounded number of groups; the rest is counted. One thread. */
final class ChangeGroups {
  /** More than anybody reads; about 10 MB. */
  static final int MAX_GROUPS = 10_000;

  /** Of a group; more are as good as everybody. */
  static final int MAX_CLIENTS = 1_000;

  static final Comparator<ChangeGroup> MOST_FREQUENT_FIRST =
      Comparator.comparingLong(ChangeGroup::requests)
          .reversed()
          .thenComparing(group -> group.change().toString());

  private final Budget budget;
  private final Map<Change, Tally> tallies = new HashMap<>();
  private long ungrouped;

  /** How many clients may still be remembered, in groups that share it. */
  static final class Budget {
    private int left;

    Budget(int clients) {
      left = clients;
    }
  }

  /** What is known about the requests of a group. */
  private static final class Tally {
    private final Set<String> clients = new HashSet<>();
    private boolean moreClients;
    private Instant first = Instant.MAX;
    private Instant last = Instant.MIN;
    private long requests;

    void add(LoggedRequest request, Budget budget) {
      requests++;
      if (!moreClients && !clients.contains(request.client())) {
        moreClients = clients.size() == MAX_CLIENTS || budget.left == 0;
        if (!moreClients) {
          budget.left--;
          clients.add(request.client());
        }
      }
      first = request.time().isBefore(first) ? request.time() : first;
      last = request.time().isAfter(last) ? request.time() : last;
    }

    ChangeGroup group(Change change) {
      return new ChangeGroup(change, requests, clients.size(), moreClients, first, last);
    }
  }

  ChangeGroups(Budget budget) {
    this.budget = budget;
  }

  void add(Change change, LoggedRequest request) {
    Tally tally = tallies.get(change);
    if (tally == null) {
      if (tallies.size() == MAX_GROUPS) {
        ungrouped++;
        return;
      }
      tally = new Tally();
      tallies.put(change, tally);
    }
    tally.add(request, budget);
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
}
