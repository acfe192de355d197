package io.detour.ops.certificates;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;

/**
 * The facts of one certificate that people ask for. All texts come from the server and may hold
 * anything.
 *
 * @param subject whose it is, as RFC 2253 writes a distinguished name
 * @param issuer who signed it, likewise
 * @param notBefore when it begins to be valid
 * @param notAfter when it expires
 * @param key kind and size in bits: {@code EC 256}
 * @param signature how it was signed: {@code SHA256withECDSA}
 */
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
