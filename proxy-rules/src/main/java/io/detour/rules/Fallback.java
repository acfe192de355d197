package io.detour.rules;

import io.detour.rules.condition.When;
import java.util.Set;

/**
 * Which of the places of a rewrite is dialled when another has failed.
 *
 * @param when whether the asked host is tried first
 * @param on the failures after which the next target is tried; empty for none
 */
public record Fallback(When when, Set<FallbackError> on) {
  /** The targets in order, each after any failure of the one before. */
  public static final Fallback DEFAULT = new Fallback(When.ALWAYS, FallbackError.ALL);

  public Fallback {
    on = Set.copyOf(on);
  }
}
