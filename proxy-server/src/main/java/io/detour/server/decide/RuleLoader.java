package io.detour.server.decide;

import io.detour.rules.Mode;
import io.detour.rules.RuleSet;
import io.detour.rules.lint.RuleReview;
import io.detour.server.files.Fingerprint;
import java.time.Duration;

/**
 * Reads the rules, again and again. Blocks on the disk: not for an event loop. One thread at a
 * time. Rules of which nothing but {@link #read} is known never change.
 */
@FunctionalInterface
public interface RuleLoader {
  /** Reads them as they are now, and judges them. */
  RuleReview read();

  /** How what is read looked when it was read last; {@link Fingerprint#NONE} if it never was. */
  default Fingerprint lastRead() {
    return Fingerprint.NONE;
  }

  /** How it looks now. Costs a few system calls for each file and reads none. */
  default Fingerprint look() {
    return Fingerprint.NONE;
  }

  /**
   * The rules that a server begins with, and how it comes to others.
   *
   * @param loader has read {@code first}, and reads them again when it is asked to
   * @param watch how long changed files must have been at rest before they are read again; zero if
   *     they are not watched
   */
  record RuleSupply(RuleSet first, RuleLoader loader, Duration watch, Mode mode) {}
}
