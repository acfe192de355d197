package io.detour.ops.certificates;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

/** Who signed whom. */
final class Signatures {
  private Signatures() {}

  /** Whether a certificate names another one as its issuer and was signed with its key. */
  static boolean isIssuedBy(X509Certificate issued, X509Certificate issuer) {
    if (!issuer.getSubjectX500Principal().equals(issued.getIssuerX500Principal())) {
      return false;
    }
    try {
      issued.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Whether a certificate was signed with its own key. */
  static boolean isSelfSigned(X509Certificate certificate) {
    return isIssuedBy(certificate, certificate);
  }
}
