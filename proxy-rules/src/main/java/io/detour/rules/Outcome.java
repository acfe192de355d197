package io.detour.rules;

/** What a rule does when it matches, with what it needs to do it. Immutable. */
public sealed interface Outcome {
  /** The outcome without its details. */
  Action action();

  /** Dial the target. */
  record Rewrite(Target target) implements Outcome {
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
