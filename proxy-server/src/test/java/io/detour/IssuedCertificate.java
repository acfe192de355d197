package io.detour;

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
public record IssuedCertificate(X509Bundle authority, X509Bundle server) {
  /** Of the key store. */
  public static final String PASSWORD = "for one test";

  /** Issues one that is valid for an hour. */
  public static IssuedCertificate covering(String... names) throws Exception {
    return until(Instant.now().plus(Duration.ofHours(1)), names);
  }

  /** Issues one that is valid, or was, until a time. */
  public static IssuedCertificate until(Instant notAfter, String... names) throws Exception {
    Instant begin = Instant.now().minus(Duration.ofDays(2));
    CertificateBuilder common =
        new CertificateBuilder()
            .ecp256()
            .notBefore(begin)
            .notAfter(begin.plus(Duration.ofDays(100)));
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
            .notAfter(notAfter)
            .subject("CN=Origin of a test")
            .setKeyUsage(true, KeyUsage.digitalSignature)
            .addExtendedKeyUsageServerAuth();
    for (String name : names) {
      leaf.addSanDnsName(name);
    }
    return new IssuedCertificate(authority, leaf.buildIssuedBy(authority));
  }

  /** Writes certificate and key as PKCS #12 with {@link #PASSWORD}. */
  public Path writeKeyStore(Path folder) throws Exception {
    Path file = folder.resolve("origin.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      char[] password = PASSWORD.toCharArray();
      server.toKeyStore("PKCS12", password).store(out, password);
    }
    return file;
  }

  /** Writes the authority's certificate as PEM. */
  public Path writeAuthority(Path folder) throws Exception {
    return Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM(), US_ASCII);
  }

  /** Writes the certificate as PEM. */
  public Path writeCertificate(Path folder) throws Exception {
    return Files.writeString(
        folder.resolve("server.pem"), server.getCertificatePathPEM(), US_ASCII);
  }

  /** Writes the certificate's key as PEM (PKCS #8). */
  public Path writeKey(Path folder) throws Exception {
    return Files.writeString(folder.resolve("server.key"), server.getPrivateKeyPEM(), US_ASCII);
  }

  /** TLS for a server that has the certificate. */
  public SSLContext serving() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(server.toKeyManagerFactory().getKeyManagers(), null, null);
    return context;
  }

  /** TLS for a client that trusts the authority and nobody else. */
  public SSLContext trusting() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, authority.toTrustManagerFactory().getTrustManagers(), null);
    return context;
  }
}
