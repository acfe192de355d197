package io.detour.rules.condition;

/** When a rewrite takes place. */
public enum When {
  /** The targets are dialled and the asked host is not. */
  ALWAYS,
  /** The asked host is dialled first, and the targets only when that fails. */
  ON_FAILURE
}
