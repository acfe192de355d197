package io.detour;

import static io.detour.RawClient.connectHead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.detour.server.log.AccessLog;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** A bug shows between a dial and its tunnel: nothing of either is left. */
@Timeout(60)
class BrokenTunnelTest {
  private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();

  /** An access log that throws. */
  private static final class BrokenLog extends TurboFilter {
    @Override
    public FilterReply decide(
        @Nullable Marker marker,
        Logger logger,
        Level level,
        @Nullable String format,
        Object @Nullable [] params,
        @Nullable Throwable t) {
      if (logger.getName().equals(AccessLog.LOGGER)) {
        throw new IllegalStateException("expected by the test");
      }
      return FilterReply.NEUTRAL;
    }
  }

  @Test
  @Tag("O08")
  void clientAndUpstreamAreClosedAndTheServerGoesOn() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = RunningServer.start(rules(origin))) {
      BrokenLog broken = new BrokenLog();
      logging.addTurboFilter(broken);
      try (RawClient client = proxy.client()) {
        client.send(connectHead("old.test:443"));

        assertThat(client.rest()).isEmpty();
        await()
            .atMost(Duration.ofSeconds(10))
            .until(() -> origin.accepted() == 1 && origin.open() == 0);
      } finally {
        logging.getTurboFilterList().remove(broken);
      }
      try (RawClient client = proxy.client()) {
        assertThat(client.tunnel("old.test:443").status()).isEqualTo(200);
      }
    }
  }

  @Test
  @Tag("O08")
  void aPlainHttpClientIsResetAndItsOriginClosed() throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        RunningServer proxy = RunningServer.start(rules(origin.authority()));
        RawClient client = proxy.client()) {
      String request = "GET http://old.test/ HTTP/1.1\r\nHost: old.test\r\n\r\n";
      assertThat(client.send(request).head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
      await().until(() -> proxy.log().uses().size() == 1);

      BrokenLog broken = new BrokenLog();
      logging.addTurboFilter(broken);
      try {
        client.send(request);

        ExpectedCut.assertCut(client);
        await().untilAsserted(() -> assertThat(origin.open()).isZero());
      } finally {
        logging.getTurboFilterList().remove(broken);
      }
      await().untilAsserted(() -> assertThat(proxy.clients()).isZero());
      assertThat(origin.asked())
          .as("a use of a kept connection is logged once it has been answered")
          .hasSize(2);
    }
  }

  private static String rules(TcpOrigin origin) {
    return rules(origin.authority());
  }

  private static String rules(String target) {
    return """
    version: 1
    rules:
      - { name: a, match: { host: { exact: old.test } }, action: rewrite, to: "%s" }
    """
        .formatted(target);
  }
}
