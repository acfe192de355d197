package io.detour.ops.replay;

import java.util.HashSet;
import java.util.Set;

/** Counts different clients, up to a bound of its own and one that it shares. One thread. */
final class Clients {
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
