package io.detour.ops.certificates;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a chain of certificates is to be trusted, and if not, everything that is wrong with it.
 * Immutable; any thread.
 *
 * @param root the subject of the trusted certificate that the chain leads to, or null if it leads
 *     to none
 * @param problems empty if the chain is trusted
 */
public record ChainTrust(@Nullable String root, List<Problem> problems) {
  public ChainTrust {
    problems = List.copyOf(problems);
  }

  static ChainTrust of(List<X509Certificate> sent, TrustRoots roots, Instant at) {
    return new ChainJudgement(sent, roots, at).judge();
  }

  /** Whether nothing is wrong. */
  public boolean isTrusted() {
    return problems.isEmpty();
  }

  /**
   * One thing that is wrong.
   *
   * @param kind what
   * @param details a sentence that names the certificate, fit for a terminal
   */
  public record Problem(Kind kind, String details) {
    boolean isAboutTime() {
      return kind == Kind.EXPIRED || kind == Kind.NOT_YET_VALID;
    }
  }

  /** What can be wrong with a chain. */
  public enum Kind {
    /** The server's certificate is its own issuer, and was not given as trusted. */
    SELF_SIGNED,
    /** The chain leads to an issuer that is not trusted. */
    UNKNOWN_ISSUER,
    /** A certificate between the server's own and the root was not sent. */
    INCOMPLETE_CHAIN,
    /** The time of a certificate is over. */
    EXPIRED,
    /** The time of a certificate has not come. */
    NOT_YET_VALID,
    /** The certificate is for something else than a server (RFC 5280 4.2.1.12). */
    NOT_FOR_SERVERS,
    /** A rule of certificate paths is broken, or a signature is too weak or wrong. */
    INVALID;

    private final String token = name().toLowerCase(Locale.ROOT);

    /** As it stands in JSON: {@code self_signed}. */
    public String token() {
      return token;
    }
  }
}
