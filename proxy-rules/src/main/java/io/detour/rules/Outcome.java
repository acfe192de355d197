package io.detour.rules;

import io.detour.rules.condition.When;
import java.util.List;
import java.util.stream.IntStream;

/** What a rule does when it matches, with what it needs to do it. Immutable. */
public sealed interface Outcome {
  /** The outcome without its details. */
  Action action();

  /**
   * Dial a target.
   *
   * @param targets in the order in which they are tried, 1 to {@value #MAX_TARGETS}
   * @param fallback when another than the first is tried
   * @param hostHeader what a plain HTTP request says
   * @param responses how those of plain HTTP are read
   */
  record Rewrite(
      List<Target> targets, Fallback fallback, HostHeader hostHeader, Responses responses)
      implements Outcome {
    /** More than anybody waits for. */
    public static final int MAX_TARGETS = 16;

    /** The same for an origin that is read strictly. */
    public Rewrite(List<Target> targets, Fallback fallback, HostHeader hostHeader) {
      this(targets, fallback, hostHeader, Responses.STRICT);
    }

    /**
     * @throws IllegalArgumentException if there are too few or too many targets
     */
    public Rewrite {
      targets = List.copyOf(targets);
      if (targets.isEmpty() || targets.size() > MAX_TARGETS) {
        throw new IllegalArgumentException(
            "targets: " + targets.size() + " (expected: 1.." + MAX_TARGETS + ")");
      }
    }

    /**
     * Its hops by number, {@link Hop#ASKED} first if the asked host is tried before the targets.
     */
    public IntStream hops() {
      int first = fallback.when() == When.ON_FAILURE ? Hop.ASKED : 0;
      return IntStream.range(first, targets.size());
    }

    @Override
    public Action action() {
      return Action.REWRITE;
    }
  }

  /**
   * Dial the asked host.
   *
   * @param responses how those of plain HTTP are read
   */
  record Pass(Responses responses) implements Outcome {
    /** To a host that is read strictly. */
    public Pass() {
      this(Responses.STRICT);
    }

    @Override
    public Action action() {
      return Action.PASS;
    }
  }

  /** Dial nothing and tell the client a message: one line without control characters. */
  record Reject(String message) implements Outcome {
    @Override
    public Action action() {
      return Action.REJECT;
    }
  }
}
