package io.detour.rules;

/** What a rule does with a request; a value of the metric label {@code action}. */
public enum Action {
  /** Dial another host than the asked one. */
  REWRITE,
  /** Dial the asked host, whatever later rules say. */
  PASS,
  /** Dial nothing and answer 403. */
  REJECT
}
