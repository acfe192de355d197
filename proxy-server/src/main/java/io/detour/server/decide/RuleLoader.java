package io.detour.server.decide;

import io.detour.rules.Mode;
import io.detour.rules.RuleSet;
import io.detour.rules.lint.RuleReview;
import io.detour.server.files.Fingerprint;
import java.time.Duration;

/**
 * Reads the rules, again and again. Blocks on the disk: not for an event loop. One thread at a
 * time.
 */
public interface RuleLoader {
  /** Reads them as they are now, and judges them. */
  RuleReview read();

  /** How what is read looked when it was read last; {@link Fingerprint#NONE} if it never was. */
  Fingerprint lastRead();

  /** How it looks now. Costs a few system calls for each file and reads none. */
  Fingerprint look();

  /** Always the same. */
  static RuleLoader fixed(RuleReview reading) {
    return new RuleLoader() {
      @Override
      public RuleReview read() {
        return reading;
      }

      @Override
      public Fingerprint lastRead() {
        return Fingerprint.NONE;
      }

      @Override
      public Fingerprint look() {
        return Fingerprint.NONE;
      }
    };
  }

  /**
   * The rules that a server begins with, and how it comes to others.
   *
   * @param loader has read {@code first}, and reads them again when it is asked to
   * @param watch how long changed files must have been at rest before they are read again; zero if
   *     they are not watched
   */
  public record RuleSupply(RuleSet first, RuleLoader loader, Duration watch, Mode mode) {
    /** Rules that stand in no file and never change. */
    public static RuleSupply fixed(RuleSet rules) {
      return new RuleSupply(
          rules, RuleLoader.fixed(RuleReview.Accepted.of(rules)), Duration.ZERO, Mode.ENFORCE);
    }
  }
}
