package io.detour.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;

/**
 * A certificate for some names, and the authority that only a test trusts.
 *
 * @param authority signs
 * @param server the certificate and its key
 */
record IssuedCertificate(X509Bundle authority, X509Bundle server) {
  static final String PASSWORD = "for one test";

  static IssuedCertificate covering(String... names) throws Exception {
    Instant now = Instant.now();
    CertificateBuilder common =
        new CertificateBuilder()
            .ecp256()
            .notBefore(now.minus(Duration.ofHours(1)))
            .notAfter(now.plus(Duration.ofHours(1)));
    X509Bundle authority =
        common
            .copy()
            .subject("CN=Authority of a test")
            .setIsCertificateAuthority(true)
            .setKeyUsage(true, KeyUsage.keyCertSign, KeyUsage.cRLSign)
            .buildSelfSigned();
    CertificateBuilder leaf =
        common
            .copy()
            .subject("CN=Origin of a test")
            .setKeyUsage(true, KeyUsage.digitalSignature)
            .addExtendedKeyUsageServerAuth();
    for (String name : names) {
      leaf.addSanDnsName(name);
    }
    return new IssuedCertificate(authority, leaf.buildIssuedBy(authority));
  }

  /** Writes certificate and key as PKCS #12 with {@link #PASSWORD}. */
  Path writeKeyStore(Path folder) throws Exception {
    Path file = folder.resolve("origin.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      char[] password = PASSWORD.toCharArray();
      server.toKeyStore("PKCS12", password).store(out, password);
    }
    return file;
  }

  /** Writes the authority's certificate as PEM. */
  Path writeAuthority(Path folder) throws Exception {
    return Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM(), US_ASCII);
  }

  /** TLS for a client that trusts the authority and nobody else. */
  SSLContext trusting() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, authority.toTrustManagerFactory().getTrustManagers(), null);
    return context;
  }
}
