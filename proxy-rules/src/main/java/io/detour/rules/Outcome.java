package io.detour.rules;

import java.util.List;

/** What a rule does when it matches, with what it needs to do it. Immutable. */
public sealed interface Outcome {
  /** The outcome without its details. */
  Action action();

  /**
   * Dial a target.
   *
   * @param targets in the order in which they are tried, at least one
   * @param fallback when another than the first is tried
   * @param hostHeader what a plain HTTP request says
   */
  record Rewrite(List<Target> targets, Fallback fallback, HostHeader hostHeader)
      implements Outcome {
    /**
     * @throws IllegalArgumentException if there is no target
     */
    public Rewrite {
      targets = List.copyOf(targets);
      if (targets.isEmpty()) {
        throw new IllegalArgumentException("targets: none (expected: at least one)");
      }
    }

    @Override
    public Action action() {
      return Action.REWRITE;
    }
  }

  /** Dial the asked host. */
  record Pass() implements Outcome {
    @Override
    public Action action() {
      return Action.PASS;
    }
  }

  /**
   * Dial nothing.
   *
   * @param message what the client is told: one line without control characters
   */
  record Reject(String message) implements Outcome {
    @Override
    public Action action() {
      return Action.REJECT;
    }
  }
}
