package io.detour.ops.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import io.detour.config.Configuration;
import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Decision.Effect;
import io.detour.rules.Fallback;
import io.detour.rules.HostHeader;
import io.detour.rules.Mode;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.Rule.LogLevel;
import io.detour.rules.Target;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.host.HostMatcher;
import io.detour.server.account.RequestKind;
import io.detour.server.log.AccessLog;
import io.detour.server.log.Asked;
import io.detour.server.log.Dialled;
import io.detour.server.log.DroppingAppender;
import io.detour.server.log.LegacyUse;
import io.detour.server.log.LogOptions;
import io.detour.server.log.LogOutput;
import io.detour.server.log.RequestEnd;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What the access log writes is read back the same, in both formats. */
@ParameterizedClass(name = "{0}")
@EnumSource(LogOptions.Format.class)
class AccessLogRoundTripTest {
  private static final int RANDOM_MESSAGES = 2_000;
  private static final SocketAddress CLIENT =
      new InetSocketAddress(InetAddress.ofLiteral("2001:db8::9"), 51234);
  private static final HostPort ASKED = hostPort("[2001:db8::1]:8443");
  private static final HostPort TARGET = hostPort("erp_2.new.example.com:443");

  private final Logger logger =
      ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(AccessLog.LOGGER);
  private final LoggerContext shipped = new LoggerContext();
  private final LogOptions.Format format;

  @TempDir private Path folder;

  private final AccessLog log = new AccessLog(0);
  private final Forward forward = new Forward();

  AccessLogRoundTripTest(LogOptions.Format format) {
    this.format = format;
  }

  @BeforeEach
  void writeAsShipped() throws Exception {
    shipped.setMDCAdapter(new LogbackMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(shipped);
    configurator.doConfigure(Objects.requireNonNull(getClass().getResource("/logback.xml")));
    LogOptions options = Configuration.defaults().log();
    LogOptions.Target file = new LogOptions.Target.File(folder.resolve("access.log"));
    LogOutput.start(shipped, new LogOptions(format, file, options.level(), options.periodic(), 0));
    DroppingAppender queue =
        (DroppingAppender) shipped.getLogger(AccessLog.LOGGER).getAppender("access");
    forward.sink = queue.getAppender("access");
    forward.start();
    logger.setLevel(ch.qos.logback.classic.Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(forward);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(forward);
    logger.setAdditive(true);
    logger.setLevel(null);
    shipped.stop();
  }

  @Test
  void everyFactComesBack() {
    Instant before = Instant.now();
    write(rewritten("moved"), TARGET, RequestEnd.served(200));
    write(rejected(), null, RequestEnd.served(403));
    write(reported(), ASKED, RequestEnd.served(200));
    write(LegacyUse.unmatched(".old.example.com"), null, RequestEnd.served(200));
    write(null, null, failed(502, ProxyErrorType.DNS_ERROR, "no such name"));
    log.turnedAway(
        RequestKind.CONNECT,
        CLIENT,
        new Refusal(400, ProxyErrorType.HTTP_REQUEST_ERROR, "port is missing"));

    List<LoggedRequest> read = read();

    Instant time = read.getFirst().time();
    assertThat(time).isBetween(before.minus(Duration.ofMillis(1)), Instant.now());
    assertThat(read)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("time")
        .containsExactly(
            request(1, ASKED, ruling("erp", Effect.REWRITE, Mode.ENFORCE, TARGET), 1, null),
            request(
                2,
                ASKED,
                ruling("gone", Effect.REJECT, Mode.ENFORCE),
                0,
                new LoggedRequest.Refused(403, null, null)),
            request(3, ASKED, ruling("erp", Effect.REWRITE, Mode.REPORT, TARGET), 1, null),
            request(4, ASKED, Ruling.UNMATCHED, 0, null),
            request(5, ASKED, null, 0, refused(502, "dns_error", "no such name")),
            request(6, null, null, 0, refused(400, "http_request_error", "port is missing")));
  }

  @DisplayName("A08 hostile messages come back as they were and forge nothing")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\n2026-11-21T01:28:47.100Z WARN  decision client=10.0.0.1 requested=a:1",
        "\u001b[2J\u001b[31m",
        "\" rule=forged x=\"",
        "back\\slash\\",
        "\\u0041 \\n \\\"",
        "\u0000\u0007\u007f\u0085\u009b31m",
        "\u2028\u2029\u202e\u200b\ufeff",
        "Ümlaut 漢字 \ud83d\ude00",
        "\t",
        ""
      })
  void hostileMessagesComeBack(String message) {
    write(rewritten(message), TARGET, RequestEnd.served(200));
    write(null, null, failed(403, ProxyErrorType.HTTP_REQUEST_DENIED, message));

    assertThat(read())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("time")
        .containsExactly(
            request(1, ASKED, ruling("erp", Effect.REWRITE, Mode.ENFORCE, TARGET), 1, null),
            request(2, ASKED, null, 0, refused(403, "http_request_denied", message)));
  }

  @Test
  void randomMessagesComeBack() {
    Random random = new Random(4711);
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < RANDOM_MESSAGES; i++) {
      StringBuilder message = new StringBuilder();
      int length = random.nextInt(20);
      for (int c = 0; c < length; c++) {
        // Half of them ASCII with its quotes, blanks and controls, half anything.
        message.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
      }
      messages.add(message.toString());
      write(null, null, failed(403, ProxyErrorType.HTTP_REQUEST_DENIED, messages.get(i)));
    }

    if (format == LogOptions.Format.JSON) {
      // Half of a surrogate pair is no character in JSON.
      messages.replaceAll(message -> new String(message.getBytes(UTF_8), UTF_8));
    }
    assertThat(read())
        .extracting(LoggedRequest::refusal)
        .extracting(refusal -> refusal == null ? null : refusal.details())
        .isEqualTo(messages);
  }

  private void write(@Nullable LegacyUse use, @Nullable HostPort target, RequestEnd end) {
    Asked asked = new Asked(1, RequestKind.CONNECT, Asked.text(CLIENT), null, null, ASKED);
    log.decision(asked, use, target == null ? null : Dialled.inVain(target, 1), end, null);
  }

  private static RequestEnd failed(int status, ProxyErrorType error, String details) {
    return RequestEnd.of(new Refusal(status, error, details));
  }

  private static LegacyUse rewritten(String message) {
    return LegacyUse.ruled(rewrite(message, Mode.ENFORCE));
  }

  private static LegacyUse reported() {
    return LegacyUse.ruled(new Decision.Report(rewrite(null, Mode.REPORT)));
  }

  private static Decision.Ruled rewrite(@Nullable String message, Mode mode) {
    Target target = Target.parse(TARGET.toString()).orElseThrow();
    Outcome outcome = new Outcome.Rewrite(List.of(target), Fallback.DEFAULT, HostHeader.REWRITE);
    Rule rule = rule("erp", outcome, mode, new Rule.Log(LogLevel.WARN, message));
    return new Decision.Rewrite(rule, rule.hosts().getFirst());
  }

  private static LegacyUse rejected() {
    Rule rule =
        rule("gone", new Outcome.Reject("gone"), Mode.ENFORCE, new Rule.Log(LogLevel.INFO, null));
    Decision.Ruled decision = new Decision.Reject(rule, rule.hosts().getFirst(), "gone");
    return LegacyUse.ruled(decision);
  }

  private static Rule rule(String name, Outcome outcome, Mode mode, Rule.Log log) {
    return new Rule(
        name,
        0,
        "rules.yaml",
        1,
        1,
        List.of(new HostMatcher.Exact(ASKED.host())),
        Conditions.ANY,
        Lifetime.ALWAYS,
        outcome,
        mode,
        log,
        Rule.Notes.NONE);
  }

  private List<LoggedRequest> read() {
    List<LoggedRequest> read = new ArrayList<>();
    LogSummary summary = AccessLogReader.read(folder.resolve("access.log"), read::add);
    assertThat(summary.firstStrange()).isEmpty();
    assertThat(summary.problem()).isNull();
    assertThat(summary.lines()).isEqualTo(summary.requests());
    return read;
  }

  private static LoggedRequest request(
      long line,
      @Nullable HostPort asked,
      @Nullable Ruling ruling,
      int attempts,
      LoggedRequest.@Nullable Refused refusal) {
    return new LoggedRequest(
        line, Instant.EPOCH, "2001:db8::9", null, asked, ruling, attempts, refusal, 0);
  }

  private static Ruling ruling(String rule, Effect effect, Mode mode, HostPort... goals) {
    return new Ruling(rule, effect, mode, List.of(goals), false);
  }

  private static LoggedRequest.Refused refused(int status, String error, String details) {
    return new LoggedRequest.Refused(status, error, details);
  }

  private static HostPort hostPort(String text) {
    return HostPort.parse(text).orElseThrow();
  }

  /** Hands the events to the appender behind the queue. */
  private static final class Forward extends AppenderBase<ILoggingEvent> {
    private @Nullable Appender<ILoggingEvent> sink;

    @Override
    protected void append(ILoggingEvent event) {
      Objects.requireNonNull(sink).doAppend(event);
    }
  }
}
