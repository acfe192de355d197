package io.detour.rules.condition;

/** Why a rule leaves a request to the rules below it. */
public enum SkipReason {
  /** No matcher matches the host. */
  HOST,
  PORT,
  CLIENT,
  USER,
  /** The client is not in the part of the rollout. */
  ROLLOUT,
  /** The rule's mode is off. */
  OFF,
  /** The rule has expired and is disabled by that. */
  EXPIRED
}
