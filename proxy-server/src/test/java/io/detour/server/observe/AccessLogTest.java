package io.detour.server.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Request;
import io.detour.rules.RuleSet;
import io.detour.server.decide.RuleTexts;
import io.detour.server.status.ProxyErrorType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
            - name: gone
              match: { host: { exact: gone.old.example.com } }
              action: reject
              log: { level: info, message: "moved, see the wiki" }
            - name: tried
              match: { host: { exact: tried.old.example.com } }
              action: rewrite
              to: tried.new.example.com
              mode: report
          """);

  private final Logger logger =
      ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(AccessLog.LOGGER);
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();
  private final EscapedEvent text = new EscapedEvent();
  private final AccessLog log = new AccessLog();

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
  void aLegacyUseNamesClientAskedNameRuleAndTarget() {
    log.legacyUse(use(CLIENT, "erp.old.example.com", TARGET, 2));

    assertThat(lines())
        .containsExactly(
            "legacy name used client=10.20.1.9 asked=erp.old.example.com:443 rule=erp"
                + " action=rewrite mode=enforce target=erp.new.example.com:443 attempts=2");
    assertThat(events.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN);
  }

  @Test
  void aLegacyUseWithoutTargetHasNoTargetAndMayHaveAMessage() {
    log.legacyUse(
        use(
            new InetSocketAddress(InetAddress.ofLiteral("::1"), 5),
            "gone.old.example.com",
            null,
            0));

    assertThat(lines())
        .containsExactly(
            "legacy name used client=::1 asked=gone.old.example.com:443 rule=gone"
                + " action=reject mode=enforce message=\"moved, see the wiki\"");
  }

  @Test
  void aLegacyUseThatIsOnlyReportedSaysWhereItWouldLead() {
    log.legacyUse(use(CLIENT, "tried.old.example.com", hostPort("tried.old.example.com:443"), 1));

    assertThat(lines())
        .containsExactly(
            "legacy name used client=10.20.1.9 asked=tried.old.example.com:443 rule=tried"
                + " action=rewrite mode=report would_rewrite_to=tried.new.example.com:443"
                + " target=tried.old.example.com:443 attempts=1");
  }

  @Test
  void aLegacyNameWithoutARuleNamesItsSuffix() {
    log.unmatchedLegacyUse(CLIENT, ASKED, ".old.example.com");

    assertThat(lines())
        .containsExactly(
            "legacy name without a rule client=10.20.1.9 asked=erp.old.example.com:443"
                + " suffix=.old.example.com");
  }

  private static LegacyUse use(
      SocketAddress client, String host, @Nullable HostPort target, int attempts) {
    HostPort asked = hostPort(host + ":443");
    Decision decision = RULES.decide(Request.of(asked, Request.NO_TIME));
    return new LegacyUse(client, asked, (Decision.Ruled) decision, target, attempts);
  }

  @Test
  void aRefusalNamesStatusErrorAndDetails() {
    log.refused(CLIENT, ASKED, 502, ProxyErrorType.DNS_ERROR, "no such name");
    log.refused(CLIENT, null, 400, ProxyErrorType.HTTP_REQUEST_ERROR, "port is missing");

    assertThat(lines())
        .containsExactly(
            "request refused client=10.20.1.9 asked=erp.old.example.com:443 status=502"
                + " error=dns_error details=\"no such name\"",
            "request refused client=10.20.1.9 status=400 error=http_request_error"
                + " details=\"port is missing\"");
  }

  @DisplayName("A08 hostile values stay on one line and cannot forge a key")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\nlegacy name used client=10.0.0.1",
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
    log.refused(CLIENT, null, 400, ProxyErrorType.HTTP_REQUEST_ERROR, hostile);

    String prefix =
        "request refused client=10.20.1.9 status=400 error=http_request_error details=\"";
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
    log.refused(CLIENT, null, 400, ProxyErrorType.HTTP_REQUEST_ERROR, value);
    assertThat(lines().getFirst()).endsWith("details=" + written);
  }

  private List<String> lines() {
    return events.list.stream().map(text::convert).toList();
  }

  private static HostPort hostPort(String text) {
    return (HostPort) HostPort.parse(text);
  }
}
