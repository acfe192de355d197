package io.detour.rules.condition;

/** What becomes of a rule when its last day is over. */
public enum OnExpiry {
  /** It goes on, and is reported. */
  WARN,
  /** It matches nothing any more. */
  DISABLE,
  /** It rejects what it matches. */
  REJECT
}
