package io.detour.ops.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * A certificate for the demo's names, signed by an authority that exists for this run only: its key
 * is never written anywhere, its certificate is for {@code curl --cacert}.
 *
 * @param server TLS for the origin
 * @param authority the authority's certificate in PEM, in a folder of its own
 */
record DemoCertificate(SslContext server, Path authority) implements AutoCloseable {
  private static final Duration VALID = Duration.ofDays(7);

  /** Before now, for a client whose clock is behind. */
  private static final Duration SKEW = Duration.ofHours(1);

  /**
   * @throws IOException if the file cannot be written
   */
  static DemoCertificate issue(Clock clock) throws IOException {
    Instant now = clock.instant();
    CertificateBuilder common =
        new CertificateBuilder().ecp256().notBefore(now.minus(SKEW)).notAfter(now.plus(VALID));
    X509Bundle authority;
    SslContext server;
    try {
      authority =
          common
              .copy()
              .subject("CN=Detour demo authority")
              .setIsCertificateAuthority(true)
              .setKeyUsage(
                  true,
                  CertificateBuilder.KeyUsage.keyCertSign,
                  CertificateBuilder.KeyUsage.cRLSign)
              .buildSelfSigned();
      CertificateBuilder leaf =
          common
              .copy()
              .subject("CN=Detour demo origin")
              .setKeyUsage(true, CertificateBuilder.KeyUsage.digitalSignature)
              .addExtendedKeyUsageServerAuth();
      DemoNames.certificateNames().forEach(leaf::addSanDnsName);
      server =
          SslContextBuilder.forServer(leaf.buildIssuedBy(authority).toKeyManagerFactory())
              .sslProvider(SslProvider.JDK)
              .build();
    } catch (Exception e) {
      throw new IllegalStateException("the JDK can sign and use an EC certificate", e);
    }
    return new DemoCertificate(server, write(authority.getCertificatePEM()));
  }

  private static Path write(String pem) throws IOException {
    Path folder = Files.createTempDirectory("detour-demo");
    Path file = Files.writeString(folder.resolve("ca.pem"), pem, US_ASCII);
    folder.toFile().deleteOnExit();
    file.toFile().deleteOnExit();
    return file;
  }

  /** Deletes the file and its folder. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(authority);
    Path folder = authority.getParent();
    if (folder != null) {
      Files.deleteIfExists(folder);
    }
  }
}
