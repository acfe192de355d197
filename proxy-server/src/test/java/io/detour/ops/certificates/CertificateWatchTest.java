package io.detour.ops.certificates;

import static io.detour.server.decide.RuleTexts.parsed;
import static io.detour.server.decide.RuleTexts.use;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.IssuedCertificate;
import io.detour.TcpOrigin;
import io.detour.TlsTarget;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.core.AddressClass;
import io.detour.core.Host;
import io.detour.rules.host.HostMatcher;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.Dialer;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.transport.Transport;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The watch with real servers and a clock of the test. Nothing happens but in {@link #advance}. */
@Timeout(60)
class CertificateWatchTest {
  private static final Duration PERIOD = Duration.ofHours(12);
  private static final Duration FIRST_ROUND = Duration.ofMinutes(2);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final RulesInForce rules = new RulesInForce(parsed("version: 1\nrules: []\n"));
  private final TargetCertificates certificates = new TargetCertificates();
  private final List<CertificateFinding> told = new ArrayList<>();
  private final Set<X509Certificate> trusted = new HashSet<>();
  private final OwnAddresses own = new OwnAddresses();
  private Configuration dial = Configurations.open();
  private Instant now = Instant.now();
  private long nanos = 5;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  @Test
  void aCertificateThatCoversTheNameIsGoodAndItsEndIsKnown() throws Exception {
    Instant end = now.plus(Duration.ofDays(40)).truncatedTo(ChronoUnit.SECONDS);
    TlsTarget target = target(IssuedCertificate.until(end, "erp.old.test"));
    rules.replace(parsed(erp(target.authority())));
    CertificateWatch watch = watch();

    advance(watch, FIRST_ROUND);

    assertThat(of("erp"))
        .isEqualTo(
            new CertificateFinding(
                "erp", target.authority(), now.getEpochSecond(), end.getEpochSecond(), true, null));
    assertThat(told).containsExactly(of("erp"));
    assertThat(certificates.checks(CertificateFinding.Result.GOOD)).isOne();
    assertThat(certificates.latest()).hasSize(1);
  }

  @Test
  void aBugInAReportIsCountedAndTheWatchGoesOn() {
    rules.replace(parsed(erp("erp.new.test:443")));

    CertificateWatch watch = watch(_ -> reportOfNothing(), Runnable::run, told::add);

    for (int check = 1; check <= CertificateWatch.AT_ONCE + 1; check++) {
      advance(watch, PERIOD.multipliedBy(2));
      assertThat(certificates.checks(CertificateFinding.Result.ERROR)).isEqualTo(check);
    }
    assertThat(of("erp").problem()).isEqualTo("internal error, see the log");
  }

  @SuppressWarnings("NullAway") // the bug
  private static ProbeReport reportOfNothing() {
    return new ProbeReport(null, null, null, null);
  }

  @Test
  void aCertificateForAnotherNameDoesNotCover() throws Exception {
    TlsTarget target = target(IssuedCertificate.covering("erp.new.test"));
    rules.replace(parsed(erp(target.authority())));

    advance(watch(), FIRST_ROUND);

    assertThat(of("erp").coversLegacyName()).isFalse();
    assertThat(of("erp").notAfter()).isNotNull();
    assertThat(of("erp").problem())
        .isEqualTo(
            "the certificate of "
                + target.authority()
                + " does not cover erp.old.test (it covers: erp.new.test)");
    assertThat(certificates.checks(CertificateFinding.Result.NAME_MISMATCH)).isOne();
  }

  @Test
  void ofSeveralNamesTheWorstAndTheFirstEndCount() throws Exception {
    TlsTarget target = target(IssuedCertificate.covering("erp.old.test"));
    rules.replace(
        parsed(matching("exact: [a.old.test, erp.old.test, b.old.test]", target.authority())));

    advance(watch(), FIRST_ROUND);

    assertThat(of("erp").coversLegacyName()).isFalse();
    assertThat(of("erp").problem()).contains("does not cover");
    assertThat(certificates.checks(CertificateFinding.Result.GOOD)).isOne();
    assertThat(certificates.checks(CertificateFinding.Result.NAME_MISMATCH)).isEqualTo(2);
  }

  @Test
  void aCertificateThatHasEndedStillCovers() throws Exception {
    Instant end = now.minus(Duration.ofHours(30)).truncatedTo(ChronoUnit.SECONDS);
    rules.replace(parsed(erp(target(IssuedCertificate.until(end, "erp.old.test")).authority())));

    advance(watch(), FIRST_ROUND);

    assertThat(of("erp").notAfter()).isEqualTo(end.getEpochSecond());
    assertThat(of("erp").coversLegacyName()).isTrue();
    assertThat(of("erp").problem()).contains("is not trusted: ");
    assertThat(certificates.checks(CertificateFinding.Result.EXPIRED)).isOne();
  }

  @Test
  void aSelfSignedCertificateIsUntrusted() throws Exception {
    X509Bundle self =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=a device")
            .notBefore(now.minus(Duration.ofHours(1)))
            .notAfter(now.plus(Duration.ofDays(1)))
            .addSanDnsName("erp.old.test")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    rules.replace(
        parsed(erp(keep(TlsTarget.showing(new IssuedCertificate(self, self))).authority())));

    advance(watch(), FIRST_ROUND);

    assertThat(of("erp").coversLegacyName()).isTrue();
    assertThat(of("erp").problem()).contains("is not trusted: ");
    assertThat(certificates.checks(CertificateFinding.Result.UNTRUSTED)).isOne();
  }

  @Test
  void aTargetWithoutACertificateHasAProblemAndNoEnd() throws Exception {
    TcpOrigin plain =
        keep(
            TcpOrigin.start(
                socket ->
                    socket.getOutputStream().write("HTTP/1.1 400 \r\n\r\n".getBytes(US_ASCII))));
    TcpOrigin closing = keep(TcpOrigin.start(socket -> socket.shutdownOutput()));
    TcpOrigin silent =
        keep(
            TcpOrigin.start(
                socket -> socket.getInputStream().transferTo(OutputStream.nullOutputStream())));
    TcpOrigin gone = TcpOrigin.echo();
    gone.close();
    dial = dial.with(ConfigurationKey.TIMEOUT_CONNECT, Duration.ofMillis(300));
    rules.replace(
        parsed(
            """
            version: 1
            rules:
              - name: erp
                match: { host: { exact: erp.old.test } }
                action: rewrite
                targets: [{ to: "%s" }, { to: "%s" }, { to: "%s" }, { to: "%s" }, { to: no.invalid }]
            """
                .formatted(
                    plain.authority(), closing.authority(), silent.authority(), gone.authority())));

    advance(watch(), FIRST_ROUND);

    assertThat(certificates.latest()).hasSize(5);
    assertThat(certificates.latest().values())
        .allSatisfy(
            known -> {
              assertThat(known.notAfter()).isNull();
              assertThat(known.coversLegacyName()).isNull();
              assertThat(known.problem()).contains(" shows no certificate for erp.old.test: ");
            });
    assertThat(certificates.checks(CertificateFinding.Result.NO_TLS)).isOne();
    assertThat(certificates.checks(CertificateFinding.Result.HANDSHAKE_FAILED)).isEqualTo(2);
    assertThat(certificates.checks(CertificateFinding.Result.UNREACHABLE)).isOne();
    assertThat(certificates.checks(CertificateFinding.Result.UNRESOLVED)).isOne();
  }

  @Test
  void whatWasSeenOfACertificateStaysWhenItsServerIsAway() throws Exception {
    TlsTarget target = target(IssuedCertificate.covering("erp.old.test"));
    rules.replace(parsed(erp(target.authority())));
    CertificateWatch watch = watch();
    advance(watch, FIRST_ROUND);
    CertificateFinding before = of("erp");

    target.close();
    advance(watch, PERIOD.multipliedBy(2));

    assertThat(of("erp").notAfter()).isEqualTo(before.notAfter());
    assertThat(of("erp").coversLegacyName()).isTrue();
    assertThat(of("erp").problem()).contains("shows no certificate");
    assertThat(of("erp").checked()).isGreaterThan(before.checked());
  }

  @Test
  void addressesThatAreDeniedAreNotDialled() throws Exception {
    TlsTarget target = target(IssuedCertificate.covering("erp.old.test"));
    TlsTarget self = target(IssuedCertificate.covering("erp.old.test"));
    own.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), self.origin().port()));
    rules.replace(parsed(erp(self.authority())));
    advance(watch(), FIRST_ROUND);
    dial =
        dial.with(
            ConfigurationKey.ACCESS_DESTINATIONS,
            new DestinationPolicy(Set.of(AddressClass.LOOPBACK), List.of(), Set.of(), List.of()));
    rules.replace(parsed(erp(target.authority())));
    advance(watch(), FIRST_ROUND);

    assertThat(certificates.checks(CertificateFinding.Result.DENIED)).isEqualTo(2);
    assertThat(of("erp").problem()).contains("not allowed");
    assertThat(target.origin().accepted()).isZero();
    assertThat(self.origin().accepted()).isZero();
  }

  @Test
  void aSuffixIsLookedAtForTheNamesThatClientsAskFor() throws Exception {
    TlsTarget target = target(IssuedCertificate.covering("a.old.test"));
    rules.replace(parsed(matching("suffix: .old.test", target.authority())));
    CertificateWatch watch = watch();
    advance(watch, PERIOD);
    assertThat(target.origin().accepted()).isZero();
    assertThat(certificates.latest()).isEmpty();

    HostMatcher suffix = rules.current().rules().rules().getFirst().hosts().getFirst();
    use(rules, "erp").saw(suffix, host("a.old.test"), now.getEpochSecond());
    advance(watch, FIRST_ROUND);
    assertThat(target.origin().accepted()).isOne();
    assertThat(of("erp").coversLegacyName()).isTrue();

    use(rules, "erp").saw(suffix, host("b.old.test"), now.getEpochSecond());
    advance(watch, FIRST_ROUND);
    assertThat(target.origin().accepted()).isEqualTo(2);
    assertThat(of("erp").coversLegacyName()).isFalse();

    now = now.plus(Duration.ofDays(5));
    use(rules, "erp").saw(suffix, host("a.old.test"), now.getEpochSecond());
    now = now.plus(Duration.ofDays(3));
    advance(watch, FIRST_ROUND);
    assertThat(of("erp").coversLegacyName()).isTrue();
  }

  @Test
  void namesThatARuleNamesItselfAreNotCollected() {
    rules.replace(parsed(matching("exact: erp.old.test, suffix: .old.test", "127.0.0.1:1")));
    CertificateWatch watch = watch();
    advance(watch, Duration.ZERO);
    HostMatcher exact = rules.current().rules().rules().getFirst().hosts().getFirst();

    use(rules, "erp").saw(exact, host("erp.old.test"), now.getEpochSecond());

    assertThat(use(rules, "erp").seenNames(0, 0)).isEmpty();
  }

  @Test
  void rulesThatAreGoneOrLeadElsewhereAreForgottenAndOthersAreLookedAt() throws Exception {
    TlsTarget first = target(IssuedCertificate.covering("erp.old.test"));
    TlsTarget second = target(IssuedCertificate.covering("erp.new.test"));
    rules.replace(parsed(erp(first.authority())));
    CertificateWatch watch = watch();
    rules.whenReplaced(watch::rulesReplaced);
    advance(watch, FIRST_ROUND);
    assertThat(of("erp").coversLegacyName()).isTrue();

    rules.replace(parsed(erp(second.authority())));
    assertThat(certificates.latest()).isEmpty();
    advance(watch, FIRST_ROUND);
    assertThat(of("erp").coversLegacyName()).isFalse();
    assertThat(first.origin().accepted()).isOne();

    rules.replace(parsed("version: 1\nrules: []\n"));
    assertThat(certificates.latest()).isEmpty();
    advance(watch, PERIOD.multipliedBy(2));
    assertThat(second.origin().accepted()).isOne();
  }

  @Test
  void rulesThatReportAreLookedAtAndThoseThatAreOffAreNot() throws Exception {
    TlsTarget target = target(IssuedCertificate.covering("erp.old.test"));
    rules.replace(parsed(erp(target.authority()) + "    mode: report\n"));
    advance(watch(), FIRST_ROUND);
    assertThat(target.origin().accepted()).isOne();

    rules.replace(parsed(erp(target.authority()) + "    mode: off\n"));
    advance(watch(), FIRST_ROUND);
    assertThat(target.origin().accepted()).isOne();
  }

  @Test
  void aFewHandshakesRunAtOnceAndTheOthersWait() {
    StringBuilder text = new StringBuilder("version: 1\nrules:\n");
    for (int i = 0; i < 20; i++) {
      text.append(
          "  - { name: r%1$d, match: { host: { exact: h%1$d.test } }, action: rewrite, to: 127.0.0.1 }\n"
              .formatted(i));
    }
    rules.replace(parsed(text.toString()));
    Queue<Runnable> waiting = new ArrayDeque<>();
    CertificateWatch watch = watch(waiting::add);

    advance(watch, FIRST_ROUND);
    assertThat(waiting).hasSize(CertificateWatch.AT_ONCE);

    waiting.remove().run();
    assertThat(waiting).hasSize(CertificateWatch.AT_ONCE);
    assertThat(told).hasSize(1);
  }

  @Test
  void aListenerThatFailsEndsNothing() throws Exception {
    TlsTarget target = target(IssuedCertificate.covering("erp.old.test"));
    rules.replace(parsed(erp(target.authority())));
    CertificateWatch watch =
        watch(
            Runnable::run,
            certificate -> {
              throw new IllegalStateException("expected");
            });

    advance(watch, FIRST_ROUND);
    advance(watch, PERIOD.multipliedBy(2));

    assertThat(target.origin().accepted()).isEqualTo(2);
  }

  /** A rule that rewrites {@code erp.old.test}. */
  private static String erp(String target) {
    return matching("exact: erp.old.test", target);
  }

  private static String matching(String hosts, String target) {
    return """
    version: 1
    rules:
      - name: erp
        match: { host: { %s } }
        action: rewrite
        to: "%s"
    """
        .formatted(hosts, target);
  }

  private CertificateFinding of(String rule) {
    return Objects.requireNonNull(certificates.of(rule, 0));
  }

  private TlsTarget target(IssuedCertificate certificate) throws Exception {
    trusted.add(certificate.authority().getCertificate());
    return keep(TlsTarget.showing(certificate));
  }

  private CertificateWatch watch() {
    return watch(Runnable::run);
  }

  private CertificateWatch watch(Executor handshakes) {
    return watch(handshakes, told::add);
  }

  private CertificateWatch watch(Executor handshakes, Consumer<CertificateFinding> listener) {
    Prober prober =
        keep(
            new Prober(
                new Dialer(dial.dialOptions(), Transport.available(), own),
                new TrustRoots(trusted),
                dial.get(ConfigurationKey.TIMEOUT_CONNECT),
                Clock.systemUTC()));
    return watch(prober::probe, handshakes, listener);
  }

  private CertificateWatch watch(
      CertificateWatch.Surroundings.Handshakes prober,
      Executor handshakes,
      Consumer<CertificateFinding> listener) {
    return new CertificateWatch(
        rules,
        certificates,
        PERIOD,
        new Random(1),
        new CertificateWatch.Surroundings(
            () -> now, () -> nanos, prober, Runnable::run, handshakes, listener, () -> {}));
  }

  /** Lets time pass at once, and the watch do what is due. */
  private void advance(CertificateWatch watch, Duration time) {
    nanos += time.toNanos();
    now = now.plus(time);
    watch.tick();
    nanos += FIRST_ROUND.toNanos();
    watch.tick();
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.add(resource);
    return resource;
  }

  private static Host host(String text) {
    return Host.parse(text).orElseThrow();
  }
}
