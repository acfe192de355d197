package io.detour.rules;

import io.detour.core.HostPort;
import org.jspecify.annotations.Nullable;

/** What to do with a request for a host and port. Immutable. */
public sealed interface Decision {
  /** The rule that matched, or null if none did. */
  @Nullable Rule rule();

  /** No rule matched, and such hosts are passed: dial the asked host. */
  record Unmatched() implements Decision {
    @Override
    public @Nullable Rule rule() {
      return null;
    }
  }

  /**
   * Dial the asked host.
   *
   * @param rule the rule that says so
   */
  record Pass(Rule rule) implements Decision {}

  /**
   * Dial another host.
   *
   * @param rule the rule that says so
   * @param target where to dial
   */
  record Rewrite(Rule rule, HostPort target) implements Decision {}

  /**
   * Dial nothing and answer 403.
   *
   * @param rule the rule that says so, or null if no rule matched and such hosts are rejected
   * @param message what the client is told: one line without control characters, and without any
   *     part of the request
   */
  record Reject(@Nullable Rule rule, String message) implements Decision {}

  /**
   * Dial nothing and answer 502: the rule's template made no valid host of this request.
   *
   * @param rule the rule whose template it is
   * @param problem one sentence without any part of the request
   */
  record Invalid(Rule rule, String problem) implements Decision {}
}
