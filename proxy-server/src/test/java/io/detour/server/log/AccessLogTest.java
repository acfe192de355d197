package io.detour.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.detour.core.CloseReason;
import io.detour.core.HostPort;
import io.detour.core.RelayPath;
import io.detour.core.TunnelStats;
import io.detour.rules.Decision;
import io.detour.rules.RuleSet;
import io.detour.rules.condition.Request;
import io.detour.server.account.RequestKind;
import io.detour.server.decide.RuleTexts;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class AccessLogTest {
  private static final SocketAddress CLIENT =
      new InetSocketAddress(InetAddress.ofLiteral("10.20.1.9"), 51234);
  private static final HostPort ASKED = hostPort("erp.old.example.com:443");
  private static final HostPort TARGET = hostPort("erp.new.example.com:443");

  private static final RuleSet RULES =
      RuleTexts.parsed(
          """
          version: 1
          rules:
            - name: erp
              match: { host: { exact: erp.old.example.com } }
              action: rewrite
              to: erp.new.example.com
              log: warn
              owner: netops
            - name: gone
              match: { host: { exact: gone.old.example.com } }
              action: reject
              log: { level: info, message: "moved, see the wiki" }
            - name: tried
              match: { host: { exact: tried.old.example.com } }
              action: rewrite
              to: tried.new.example.com
              mode: report
            - name: silent
              match: { host: { exact: silent.old.example.com } }
              action: pass
              log: "off"
          """);

  private final Logger logger =
      ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(AccessLog.LOGGER);
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();
  private final EscapedEvent text = new EscapedEvent();
  private static final TunnelStats STATS =
      new TunnelStats(
          10, 20, 5, RelayPath.SPLICE, CloseReason.CLIENT_FIN, Duration.ofNanos(1_500_000));

  private final AccessLog log = new AccessLog(0);

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(events);
    events.start();
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(events);
  }

  @Test
  void aUseNamesClientNameRuleTargetAndOutcome() {
    InetSocketAddress remote = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 443);
    log.decision(
        new Asked(1, RequestKind.CONNECT, Asked.text(CLIENT), "ann", "curl/8 \"x\"", ASKED),
        use("erp.old.example.com"),
        new Dialled(TARGET, 2, remote, 1_234_567, 20_000_400),
        RequestEnd.served(200),
        null);

    assertThat(lines())
        .containsExactly(
            "decision id="
                + log.ids().text(1)
                + " kind=connect client=10.20.1.9 user=ann user_agent=\"curl/8 \\\"x\\\"\""
                + " requested=erp.old.example.com:443 rule=erp action=rewrite mode=enforce"
                + " owner=netops target=erp.new.example.com:443 attempts=2 remote=192.0.2.7:443"
                + " dns_ms=1.235 connect_ms=20.0 status=200");
    assertThat(events.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN);
  }

  @Test
  void aUseThatIsRefusedHasNoTargetAndMayHaveAMessage() {
    log.decision(
        asked(6, "::1", "gone.old.example.com:443"),
        use("gone.old.example.com"),
        null,
        end(403, ProxyErrorType.HTTP_REQUEST_DENIED, "gone"),
        null);

    assertThat(lines())
        .containsExactly(
            "decision id="
                + log.ids().text(6)
                + " kind=connect client=::1 requested=gone.old.example.com:443 rule=gone"
                + " action=reject mode=enforce message=\"moved, see the wiki\" status=403"
                + " error=http_request_denied details=gone");
  }

  @Test
  void aUseThatIsOnlyReportedSaysWhereItWouldLead() {
    HostPort tried = hostPort("tried.old.example.com:443");
    log.decision(
        asked(1, "10.20.1.9", tried.toString()),
        use("tried.old.example.com"),
        Dialled.inVain(tried, 1),
        RequestEnd.CLIENT_GONE,
        null);

    assertThat(lines().getFirst())
        .contains(
            "rule=tried action=rewrite mode=report would_rewrite_to=tried.new.example.com:443"
                + " target=tried.old.example.com:443 attempts=1 details=");
  }

  @Test
  void aLegacyNameWithoutARuleNamesItsSuffix() {
    log.decision(
        asked(1, "10.20.1.9", ASKED.toString()),
        LegacyUse.unmatched(".old.example.com"),
        Dialled.again(ASKED, null),
        RequestEnd.served(304),
        new AccessLog.Volume(5, 6, Duration.ofMillis(7)));

    assertThat(lines().getFirst())
        .endsWith(
            "requested=erp.old.example.com:443 suffix=.old.example.com"
                + " target=erp.old.example.com:443 duration_ms=7.0 bytes_up=5 bytes_down=6"
                + " status=304");
  }

  @Test
  void aRequestThatNoRuleTouchedHasALineOnlyIfItFailed() {
    log.decision(asked(1, "::1", "a:1"), null, null, RequestEnd.served(200), null);
    log.decision(
        asked(2, "::1", "a:1"), null, null, end(502, ProxyErrorType.DNS_ERROR, "none"), null);
    log.turnedAway(
        RequestKind.TCP,
        CLIENT,
        new Refusal(429, ProxyErrorType.CONNECTION_LIMIT_REACHED, "too many"));

    assertThat(lines())
        .satisfiesExactly(
            failed -> assertThat(failed).contains("requested=a:1 status=502 error=dns_error"),
            away ->
                assertThat(away)
                    .endsWith(
                        " kind=tcp client=10.20.1.9 status=429 error=connection_limit_reached"
                            + " details=\"too many\""));
  }

  @Test
  @DisplayName("a rule with \"log: off\" is told of only when a request fails")
  void aSilentRuleIsToldOfOnlyInFailures() {
    LegacyUse silent = use("silent.old.example.com");
    Asked asked = asked(1, "::1", "silent.old.example.com:443");
    log.decision(asked, silent, null, RequestEnd.served(200), null);
    log.decision(asked, silent, null, end(502, ProxyErrorType.DNS_ERROR, "none"), null);

    assertThat(lines()).singleElement().asString().contains("rule=silent", "status=502");
  }

  @Test
  void theEndOfATunnelHasTheIdOfItsDecision() {
    Asked asked = asked(log.ids().next(), "10.20.1.9", ASKED.toString());
    log.decision(asked, use("erp.old.example.com"), null, RequestEnd.served(200), null);
    log.close(asked, use("erp.old.example.com"), TARGET, STATS);

    String id = "id=" + log.ids().text(asked.id()) + " ";
    assertThat(lines()).hasSize(2).allMatch(line -> line.contains(id));
    assertThat(lines().getLast())
        .startsWith("close id=")
        .endsWith(
            "requested=erp.old.example.com:443 rule=erp target=erp.new.example.com:443"
                + " duration_ms=1.5 bytes_up=10 bytes_down=20 relay=splice"
                + " close_reason=client_fin");
  }

  @Test
  void tooManyUsesOfARuleByAClientAreCountedAndToldWithTheNextOne() {
    AccessLog limited = new AccessLog(2);
    Asked asked = asked(1, "10.20.1.9", ASKED.toString());
    Asked other = asked(1, "10.20.1.10", ASKED.toString());
    for (int i = 0; i < 5; i++) {
      boolean told =
          limited.decision(asked, use("erp.old.example.com"), null, RequestEnd.served(200), null);
      assertThat(told).isEqualTo(i < 2);
    }
    limited.decision(other, use("erp.old.example.com"), null, RequestEnd.served(200), null);

    assertThat(lines()).hasSize(3).noneMatch(line -> line.contains("suppressed"));
    assertThat(lines().getLast()).contains("client=10.20.1.10");
  }

  @Test
  void usesThatGoWellHideNoFailureAndBothAreCountedApart() {
    AccessLog limited = new AccessLog(2);
    Asked asked = asked(1, "10.20.1.9", ASKED.toString());
    LegacyUse erp = use("erp.old.example.com");
    RequestEnd denied = end(403, ProxyErrorType.HTTP_REQUEST_DENIED, "port");
    for (int i = 0; i < 10; i++) {
      limited.decision(asked, erp, null, RequestEnd.served(200), null);
    }
    for (int i = 0; i < 5; i++) {
      limited.decision(asked, erp, null, denied, null);
    }

    assertThat(lines()).filteredOn(line -> line.contains("status=403")).hasSize(2);
    limited.finish();
    assertThat(lines().subList(4, 6))
        .containsExactlyInAnyOrder(
            "suppressed client=10.20.1.9 rule=erp suppressed=8",
            "suppressed client=10.20.1.9 rule=erp suppressed_failures=3");
  }

  @Test
  void aSuspectedRefusalHasALineThoughItsDecisionHasNone() {
    AccessLog limited = new AccessLog(1);
    Asked asked = asked(1, "10.20.1.9", ASKED.toString());
    LegacyUse erp = use("erp.old.example.com");
    for (int i = 0; i < 3; i++) {
      boolean told = limited.decision(asked, erp, null, RequestEnd.served(200), null);
      limited.closeRefused(asked, erp, ASKED, STATS, told);
    }

    assertThat(lines())
        .filteredOn(line -> line.startsWith("close"))
        .hasSize(2)
        .allMatch(line -> line.contains("rule=erp") && line.contains("suspected_tls_refusal=true"));
    limited.finish();
    assertThat(lines()).filteredOn(line -> line.contains("suppressed_failures=1")).hasSize(1);
  }

  @Test
  void aLongUserAgentIsCut() {
    log.turnedAway(RequestKind.TCP, CLIENT, new Refusal(503, ProxyErrorType.DNS_ERROR, "x"));
    log.decision(
        new Asked(1, RequestKind.CONNECT, Asked.text(CLIENT), null, "a".repeat(9_000), ASKED),
        use("erp.old.example.com"),
        null,
        RequestEnd.served(200),
        null);

    assertThat(lines().getLast()).contains("user_agent=" + "a".repeat(256) + " requested");
  }

  private static Asked asked(long id, String client, String requested) {
    return new Asked(
        id,
        RequestKind.CONNECT,
        Asked.text(new InetSocketAddress(InetAddress.ofLiteral(client), 5)),
        null,
        null,
        hostPort(requested));
  }

  private static RequestEnd end(int status, ProxyErrorType error, String details) {
    return RequestEnd.of(new Refusal(status, error, details));
  }

  private static LegacyUse use(String host) {
    Decision decision = RULES.decide(Request.of(hostPort(host + ":443"), Request.NO_TIME));
    return LegacyUse.ruled((Decision.Ruled) decision);
  }

  @DisplayName("A08 hostile values stay on one line and cannot forge a key")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\ndecision client=10.0.0.1",
        "\u001b[2J\u001b[31m",
        "\" rule=forged x=\"",
        "back\\slash\\",
        "\u0000\u0007\u007f\u0085\u009b31m",
        "\u2028\u2029\u202e\u200b\ufeff",
        "\ud800 lone",
        "\t",
        ""
      })
  void hostileValuesStayOnOneLine(String hostile) {
    refuse(hostile);

    String prefix =
        "decision id="
            + log.ids().text(1)
            + " kind=connect client=10.20.1.9 status=400 error=http_request_error details=\"";
    String line = lines().getFirst();
    assertThat(line).startsWith(prefix).endsWith("\"");
    String quoted = line.substring(prefix.length(), line.length() - 1);
    assertThat(quoted)
        .matches("([\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\"\\\\nrt]|\\\\u[0-9a-f]{4})*");
  }

  @DisplayName("A08 escapes are readable")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          Ümlaut bleibt | "Ümlaut bleibt"
          a=b           | "a=b"
          plain-1.2:3   | plain-1.2:3
          say "hi"      | "say \\"hi\\""
          """)
  void escapesAreReadable(String value, String written) {
    refuse(value);
    assertThat(lines().getFirst()).endsWith("details=" + written);
  }

  private void refuse(String details) {
    log.turnedAway(
        RequestKind.CONNECT, CLIENT, new Refusal(400, ProxyErrorType.HTTP_REQUEST_ERROR, details));
  }

  private List<String> lines() {
    return events.list.stream().map(text::convert).toList();
  }

  private static HostPort hostPort(String text) {
    return HostPort.parse(text).orElseThrow();
  }
}
