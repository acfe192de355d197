package io.detour.ops.certificates;

import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.document.RegularFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates that are trusted without further proof. Immutable; any thread.
 *
 * @param certificates at least one; mostly roots, but any certificate may be among them
 */
public record TrustRoots(Set<X509Certificate> certificates) {
  /** Some 10,000 certificates; all public authorities together have about 150. */
  private static final int MAX_FILE_BYTES = 16 * 1024 * 1024;

  /** Where Debian, and others like it, keep the authorities that an administrator trusts. */
  private static final Path SYSTEM = Path.of("/etc/ssl/certs/ca-certificates.crt");

  private static final Logger logger = LoggerFactory.getLogger(TrustRoots.class);

  public TrustRoots {
    certificates = Set.copyOf(certificates);
  }

  /**
   * The certificates that this JVM trusts, those of the system's bundle where there is one, and
   * those of some files.
   *
   * @param additional in PEM, one after the other, or one in DER: of private authorities
   * @return or why not, in one sentence that names the file, fit for a terminal
   */
  public static Parsed<TrustRoots> load(List<Path> additional) {
    return load(SYSTEM, additional);
  }

  /** The same with another bundle of the system. */
  static Parsed<TrustRoots> load(Path system, List<Path> additional) {
    List<X509Certificate> all = new ArrayList<>(ofSystem(system));
    try {
      all.addAll(ofJvm());
    } catch (GeneralSecurityException e) {
      return Parsed.malformed(
          "the certificates that this JVM trusts cannot be read: "
              + Printable.escaped(String.valueOf(e.getMessage())));
    }
    for (Path file : additional) {
      String name = Printable.escaped(file.toString());
      try {
        all.addAll(read(file));
      } catch (IOException e) {
        return Parsed.malformed(name + ": cannot be read: " + RegularFile.reason(e));
      } catch (CertificateException e) {
        return Parsed.malformed(
            name + ": is no list of certificates (expected: PEM, \"-----BEGIN CERTIFICATE-----\")");
      }
    }
    return Parsed.of(new TrustRoots(Set.copyOf(all)));
  }

  /** Nobody asked for these by name, so what cannot be read is left out. */
  private static List<X509Certificate> ofSystem(Path bundle) {
    try {
      return Files.exists(bundle) ? read(bundle) : List.of();
    } catch (IOException e) {
      logger.warn("{}: not trusted: {}", bundle, RegularFile.reason(e));
    } catch (CertificateException e) {
      logger.warn("{}: not trusted: it is no list of certificates", bundle);
    }
    return List.of();
  }

  private static List<X509Certificate> ofJvm() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    List<X509Certificate> certificates = new ArrayList<>();
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        certificates.addAll(List.of(x509.getAcceptedIssuers()));
      }
    }
    return certificates;
  }

  private static List<X509Certificate> read(Path file) throws IOException, CertificateException {
    byte[] bytes = RegularFile.read(file, MAX_FILE_BYTES);
    if (bytes.length > MAX_FILE_BYTES) {
      throw new IOException("it is larger than " + MAX_FILE_BYTES + " bytes");
    }
    List<X509Certificate> certificates =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(bytes))
            .stream()
            .map(X509Certificate.class::cast)
            .toList();
    if (certificates.isEmpty()) {
      throw new CertificateException("none");
    }
    return certificates;
  }

  Set<TrustAnchor> anchors() {
    return certificates.stream()
        .map(certificate -> new TrustAnchor(certificate, null))
        .collect(Collectors.toSet());
  }

  /** The trusted certificate that signed another one, or null. */
  @Nullable X509Certificate issuerOf(X509Certificate issued) {
    return certificates.stream().filter(root -> isIssuedBy(issued, root)).findFirst().orElse(null);
  }

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
