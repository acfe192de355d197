package io.detour.server.decide;

import io.detour.rules.lint.RuleReview;
import io.detour.server.files.Fingerprint;

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
}
