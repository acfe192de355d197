package io.detour.server.decide;

import io.detour.rules.Mode;
import io.detour.rules.RuleSet;
import io.detour.rules.lint.RuleReview;
import java.time.Duration;

/**
 * The rules that a server begins with, and how it comes to others.
 *
 * @param first decide from the start
 * @param loader has read {@code first}, and reads them again when it is asked to
 * @param watch how long changed files must have been at rest before they are read again; zero if
 *     they are not watched
 * @param mode how far rules go at most
 */
public record RuleSupply(RuleSet first, RuleLoader loader, Duration watch, Mode mode) {
  /** Rules that stand in no file and never change. */
  public static RuleSupply fixed(RuleSet rules) {
    return new RuleSupply(
        rules, RuleLoader.fixed(RuleReview.Accepted.of(rules)), Duration.ZERO, Mode.ENFORCE);
  }
}
