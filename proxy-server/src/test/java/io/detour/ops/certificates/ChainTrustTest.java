package io.detour.ops.certificates;

import static io.detour.ops.certificates.Certificates.NOW;
import static io.detour.ops.certificates.Certificates.chain;
import static io.detour.ops.certificates.Certificates.trusting;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.ops.certificates.ChainTrust.Kind;
import io.netty.pkitesting.X509Bundle;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChainTrustTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final String INFORMATION_ACCESS = "1.3.6.1.5.5.7.1.1";

  private static X509Bundle root;
  private static X509Bundle issuing;
  private static X509Bundle server;

  @BeforeAll
  static void issue() throws Exception {
    root = Certificates.root("Root");
    issuing = Certificates.authority("Issuing").buildIssuedBy(root);
    server = Certificates.server("erp.old.example.com").buildIssuedBy(issuing);
  }

  @Test
  void aWholeChainIsTrustedWithAndWithoutTheRootAndInAnyOrder() {
    for (List<X509Certificate> sent :
        List.of(
            chain(server, issuing), chain(server, issuing, root), chain(server, root, issuing))) {
      ChainTrust trust = judge(sent, trusting(root));
      assertThat(trust.problems()).isEmpty();
      assertThat(trust.isTrusted()).isTrue();
      assertThat(trust.root()).isEqualTo("CN=Root,O=Old Co");
    }
  }

  @Test
  void anyCertificateMayBeTheTrustedOne() throws Exception {
    assertThat(judge(chain(server), trusting(issuing)).root()).isEqualTo("CN=Issuing,O=Old Co");
    X509Bundle selfSigned = Certificates.selfSigned(Certificates.server("erp.old.example.com"));
    ChainTrust trust = judge(chain(selfSigned), trusting(selfSigned));
    assertThat(trust.isTrusted()).isTrue();
    assertThat(trust.root()).isEqualTo("CN=server");
  }

  @Test
  void whoTrustsNobodyTrustsNothing() {
    assertThat(judge(chain(server, issuing, root), trusting()).problems())
        .extracting(ChainTrust.Problem::kind)
        .containsExactly(Kind.UNKNOWN_ISSUER);
  }

  @Test
  void aCertificateThatDoesNotBelongHereDoesNoHarm() throws Exception {
    X509Bundle expiredStranger =
        Certificates.authority("Stranger").notAfter(NOW.minus(DAY)).buildSelfSigned();
    assertThat(judge(chain(server, expiredStranger, issuing), trusting(root)).isTrusted()).isTrue();
  }

  @Test
  void aSelfSignedCertificateIsCalledThat() throws Exception {
    X509Bundle selfSigned = Certificates.selfSigned(Certificates.server("erp.old.example.com"));
    expect(
        judge(chain(selfSigned), trusting(root)),
        Kind.SELF_SIGNED,
        "\"CN=server\" is self-signed, and not among the trusted certificates");
  }

  @Test
  void aRootThatIsNotTrustedIsNamed() throws Exception {
    expect(
        judge(chain(server, issuing, root), trusting(Certificates.root("Other"))),
        Kind.UNKNOWN_ISSUER,
        "\"CN=Root,O=Old Co\" is the root of this chain, and not trusted here");
  }

  @Test
  void anIssuerThatNobodyKnowsIsNamed() throws Exception {
    expect(
        judge(chain(server, issuing), trusting(Certificates.root("Other"))),
        Kind.UNKNOWN_ISSUER,
        "\"CN=Issuing,O=Old Co\" was issued by \"CN=Root,O=Old Co\", which is not trusted here and"
            + " which the server does not send: a private authority, or an incomplete chain");
  }

  @Test
  void aMissingCertificateMayBeARootOrAnIntermediateOne() {
    expect(
        judge(chain(server), trusting(root)),
        Kind.UNKNOWN_ISSUER,
        "\"CN=server\" was issued by \"CN=Issuing,O=Old Co\", which is not trusted here and which"
            + " the server does not send: a private authority, or an incomplete chain");
  }

  @Test
  void aChainIsIncompleteWhenTheCertificateSaysWhereItsIssuersIsToBeHad() throws Exception {
    X509Bundle pointing =
        Certificates.server("erp.old.example.com")
            .addExtensionOctetString(INFORMATION_ACCESS, false, new byte[] {0x30, 0})
            .buildIssuedBy(issuing);
    expect(
        judge(chain(pointing), trusting(root)),
        Kind.INCOMPLETE_CHAIN,
        "\"CN=server\" was issued by \"CN=Issuing,O=Old Co\", whose certificate the server does not"
            + " send; it has to");
  }

  @Test
  void anIssuerWithAnotherKeyIsToldFromAnUnknownOne() throws Exception {
    expect(
        judge(chain(server, issuing), trusting(Certificates.root("Root"))),
        Kind.INVALID,
        "\"CN=Issuing,O=Old Co\" names \"CN=Root,O=Old Co\" as its issuer, but the certificate of"
            + " this name has another key");
  }

  @Test
  void anExpiredCertificateIsStillSaidToLeadToItsRoot() throws Exception {
    X509Bundle expired =
        Certificates.server("erp.old.example.com").notAfter(NOW.minus(DAY)).buildIssuedBy(issuing);
    ChainTrust trust = judge(chain(expired, issuing), trusting(root));
    expect(trust, Kind.EXPIRED, "\"CN=server\" expired at " + NOW.minus(DAY));
    assertThat(trust.root()).isEqualTo("CN=Root,O=Old Co");
  }

  @Test
  void aCertificateOfTheFutureIsNotYetValid() throws Exception {
    X509Bundle early =
        Certificates.server("erp.old.example.com").notBefore(NOW.plus(DAY)).buildIssuedBy(issuing);
    expect(
        judge(chain(early, issuing), trusting(root)),
        Kind.NOT_YET_VALID,
        "\"CN=server\" is not valid before " + NOW.plus(DAY));
  }

  @Test
  void anExpiredIssuerIsNamed() throws Exception {
    X509Bundle expired =
        Certificates.authority("Issuing").notAfter(NOW.minus(DAY)).buildIssuedBy(root);
    X509Bundle below = Certificates.server("erp.old.example.com").buildIssuedBy(expired);
    expect(
        judge(chain(below, expired), trusting(root)),
        Kind.EXPIRED,
        "\"CN=Issuing,O=Old Co\" expired at " + NOW.minus(DAY));
  }

  @Test
  void anExpiredRootIsNamed() throws Exception {
    X509Bundle expired = Certificates.authority("Root").notAfter(NOW.minus(DAY)).buildSelfSigned();
    X509Bundle below = Certificates.server("erp.old.example.com").buildIssuedBy(expired);
    expect(
        judge(chain(below), trusting(expired)),
        Kind.EXPIRED,
        "\"CN=Root,O=Old Co\" expired at " + NOW.minus(DAY));
  }

  @Test
  void everythingThatIsWrongIsSaid() throws Exception {
    X509Bundle bad =
        Certificates.selfSigned(
            Certificates.valid()
                .subject("CN=server")
                .addExtendedKeyUsageClientAuth()
                .notAfter(NOW.minus(DAY)));
    assertThat(judge(chain(bad), trusting(root)).problems())
        .extracting(ChainTrust.Problem::kind)
        .containsExactly(Kind.NOT_FOR_SERVERS, Kind.SELF_SIGNED, Kind.EXPIRED);
  }

  @Test
  void aCertificateForClientsIsNoneForServers() throws Exception {
    X509Bundle client =
        Certificates.valid()
            .subject("CN=server")
            .addExtendedKeyUsageClientAuth()
            .buildIssuedBy(issuing);
    expect(
        judge(chain(client, issuing), trusting(root)),
        Kind.NOT_FOR_SERVERS,
        "\"CN=server\" is not for servers, by its extended key usage");
  }

  @Test
  void aServersCertificateIsNoAuthority() throws Exception {
    X509Bundle below =
        Certificates.server("erp.old.example.com").subject("CN=below").buildIssuedBy(server);
    expect(
        judge(chain(below, server, issuing), trusting(root)),
        Kind.INVALID,
        "\"CN=server\" signed another certificate, but is none of an authority");
  }

  @Test
  void thePathLengthOfAnAuthorityHolds() throws Exception {
    X509Bundle last =
        Certificates.authority("Last")
            .setPathLengthConstraint(OptionalInt.of(0))
            .buildIssuedBy(root);
    X509Bundle beyond = Certificates.authority("Beyond").buildIssuedBy(last);
    X509Bundle below = Certificates.server("erp.old.example.com").buildIssuedBy(beyond);
    ChainTrust trust = judge(chain(below, beyond, last), trusting(root));
    assertThat(trust.problems()).extracting(ChainTrust.Problem::kind).containsExactly(Kind.INVALID);
    assertThat(trust.problems().getFirst().details())
        .endsWith("has more certificates below it than it allows");
  }

  @Test
  void aNameThatWouldForgeALineIsEscaped() throws Exception {
    X509Bundle hostile =
        Certificates.selfSigned(Certificates.valid().subject("CN=a\\0D\\0Atrust   trusted\\1B[2J"));
    assertThat(judge(chain(hostile), trusting(root)).problems().getFirst().details())
        .matches("[\\x20-\\x7e]+");
  }

  private static ChainTrust judge(List<X509Certificate> sent, TrustRoots roots) {
    return ChainTrust.of(sent, roots, NOW);
  }

  private static void expect(ChainTrust trust, Kind kind, String details) {
    assertThat(trust.problems()).containsExactly(new ChainTrust.Problem(kind, details));
    assertThat(trust.isTrusted()).isFalse();
  }
}
