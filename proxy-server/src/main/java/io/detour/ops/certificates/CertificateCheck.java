package io.detour.ops.certificates;

import io.detour.core.Host;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a server's certificate is worth to a browser that asks for a name. Immutable; any thread.
 *
 * @param chain as the server sent it, its own certificate first; at least one
 */
public record CertificateCheck(
    Host legacyName,
    List<PresentedCertificate> chain,
    CertifiedNames names,
    ChainTrust trust,
    Instant at) {
  public CertificateCheck {
    chain = List.copyOf(chain);
  }

  /** Judges a chain. Takes some milliseconds; not for an event loop that serves others. */
  static CertificateCheck of(
      List<X509Certificate> sent, Host legacyName, TrustRoots roots, Instant at) {
    return new CertificateCheck(
        legacyName,
        sent.stream().map(PresentedCertificate::of).toList(),
        CertifiedNames.of(sent.getFirst()),
        ChainTrust.of(sent, roots, at),
        at);
  }

  /** Whether the certificate is for the legacy name. */
  public boolean coversLegacyName() {
    return names.covering(legacyName) != null;
  }

  /** Whether a browser would show the page: the certificate covers the name and is trusted. */
  public boolean isAccepted() {
    return coversLegacyName() && trust.isTrusted();
  }

  /** When the server's own certificate expires. */
  public Instant notAfter() {
    return chain.getFirst().notAfter();
  }

  /** Whole days until the server's own certificate expires, negative when it has. */
  public long daysLeft() {
    return Math.floorDiv(
        Duration.between(at, notAfter()).toSeconds(), Duration.ofDays(1).toSeconds());
  }

  /** What people ask for of a certificate. The server may have sent anything as texts. */
  public record PresentedCertificate(
      String subject,
      String issuer,
      Instant notBefore,
      Instant notAfter,
      String key,
      String signature) {
    static PresentedCertificate of(X509Certificate certificate) {
      return new PresentedCertificate(
          certificate.getSubjectX500Principal().getName(),
          certificate.getIssuerX500Principal().getName(),
          certificate.getNotBefore().toInstant(),
          certificate.getNotAfter().toInstant(),
          key(certificate.getPublicKey()),
          certificate.getSigAlgName());
    }

    private static String key(PublicKey key) {
      return switch (key) {
        case RSAPublicKey rsa -> "RSA " + rsa.getModulus().bitLength();
        case ECPublicKey ec -> "EC " + ec.getParams().getOrder().bitLength();
        default -> key.getAlgorithm();
      };
    }
  }
}
