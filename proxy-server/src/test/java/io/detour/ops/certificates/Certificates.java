package io.detour.ops.certificates;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Certificates as a network has them: a root, an authority that it signed, servers. */
final class Certificates {
  /** When all tests happen. */
  static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

  private Certificates() {}

  static CertificateBuilder valid() {
    return new CertificateBuilder()
        .ecp256()
        .notBefore(NOW.minus(Duration.ofDays(10)))
        .notAfter(NOW.plus(Duration.ofDays(90)).plusSeconds(60));
  }

  static CertificateBuilder authority(String name) {
    return valid()
        .subject("CN=" + name + ",O=Old Co")
        .setIsCertificateAuthority(true)
        .setKeyUsage(true, KeyUsage.keyCertSign, KeyUsage.cRLSign);
  }

  static X509Bundle root(String name) throws Exception {
    return authority(name).buildSelfSigned();
  }

  static CertificateBuilder server(String... dnsNames) {
    CertificateBuilder builder =
        valid()
            .subject("CN=server")
            .setKeyUsage(true, KeyUsage.digitalSignature)
            .addExtendedKeyUsageServerAuth();
    return withNames(builder, dnsNames);
  }

  /** Names that are written as they are, whatever they hold. */
  private static CertificateBuilder withNames(CertificateBuilder builder, String... dnsNames) {
    GeneralName[] names =
        Stream.of(dnsNames)
            .map(name -> new GeneralName(GeneralName.dNSName, new DERIA5String(name)))
            .toArray(GeneralName[]::new);
    return builder.addExtensionOctetString(
        SUBJECT_ALTERNATIVE_NAME, false, encoded(new GeneralNames(names)));
  }

  private static byte[] encoded(GeneralNames names) {
    try {
      return names.getEncoded();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Signs itself, as a device out of the box does. */
  static X509Bundle selfSigned(CertificateBuilder server) throws Exception {
    return server.copy().setIsCertificateAuthority(true).buildSelfSigned();
  }

  static TrustRoots trusting(X509Bundle... bundles) {
    return new TrustRoots(
        Set.copyOf(List.of(bundles).stream().map(X509Bundle::getCertificate).toList()));
  }

  /** The certificates of some bundles, in this order. */
  static List<X509Certificate> chain(X509Bundle... bundles) {
    return List.of(bundles).stream().map(X509Bundle::getCertificate).toList();
  }
}
