package io.detour.rules;

/** How far a rule goes; a value of the metric label {@code mode}. From least to most. */
public enum Mode {
  /** It matches nothing. */
  OFF,
  /** It matches, and what it would do is logged; the asked host is dialled. */
  REPORT,
  /** It does what it says. */
  ENFORCE;

  /** The one that goes less far. */
  public Mode atMost(Mode limit) {
    return compareTo(limit) <= 0 ? this : limit;
  }
}
