package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.detour.server.log.AccessLog;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What the page says of clients, lookups and connections to targets. */
@Timeout(60)
class ConnectionSeriesTest {
  /** Requests that a client sends before it reads the answers. */
  private static final int BATCH = 500;

  private static final int HOSTILE = 20_000;
  private static final int MANY_HOSTILE = 1_000_000;
  private static final long MAX_HEAP_BYTES = 50_000_000;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
    proxy.dns().answer("web.test", "127.0.0.1");
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void clientsAreCountedByTheirListener() throws IOException {
    String listener = "listener=\"" + proxy.authority() + '"';
    assertThat(proxy.metric("detour_listener_connections_open", listener)).isZero();
    try (RawClient client = proxy.client();
        RawClient other = proxy.client()) {
      client.send("G");
      other.send("G");
      await().until(() -> proxy.metric("detour_listener_connections_open", listener) == 2);
    }
    await().until(() -> proxy.metric("detour_listener_connections_open", listener) == 0);
    assertThat(proxy.metric("detour_listener_connections_total", listener)).isEqualTo(2);
  }

  @Test
  void lookupsAreCountedByWhatCameOfThem() throws IOException {
    try (TcpOrigin origin = TcpOrigin.saying("hello")) {
      assertThat(proxy.answer("web.test:" + origin.port())).isEqualTo("hello");
      assertThat(proxy.answer("web.test:" + origin.port())).isEqualTo("hello");
      assertThat(proxy.answer("none.test:443")).isEqualTo("502");

      assertThat(proxy.metric("detour_dns_lookups_total", "result=\"success\"")).isOne();
      assertThat(proxy.metric("detour_dns_lookups_total", "result=\"not_found\"")).isOne();
      assertThat(proxy.metric("detour_dns_lookups_total", "result=\"cached\"")).isPositive();
      assertThat(proxy.metric("detour_dns_lookups_total", "result=\"timeout\"")).isZero();
      assertAttempts("success", 2);
      assertThat(proxy.answer("127.0.0.1:" + LoopbackPort.refusing())).isEqualTo("502");
      assertAttempts("failure", 1);
    }
  }

  private void assertAttempts(String result, int count) throws IOException {
    assertThat(
            proxy.metric(
                "detour_upstream_connect_attempts_total",
                "family=\"ipv4\"",
                "result=\"" + result + '"'))
        .isEqualTo(count);
  }

  @Test
  void tunnelsAndTheirSetupAreTimed() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo()) {
      try (RawClient client = proxy.client()) {
        assertThat(client.tunnel("web.test:" + origin.port()).status()).isEqualTo(200);
        assertThat(histogramCount("detour_tunnel_duration_seconds")).isZero();
      }
      await().until(() -> histogramCount("detour_tunnel_duration_seconds") == 1);
    }
    for (String phase : new String[] {"dns", "connect", "total"}) {
      assertThat(proxy.metric("detour_tunnel_setup_duration_seconds_count", "\"" + phase + '"'))
          .as(phase)
          .isOne();
    }
    assertThat(proxy.metric("detour_tunnel_setup_duration_seconds_sum", "\"total\""))
        .isBetween(0.0, 10.0)
        .isGreaterThanOrEqualTo(
            proxy.metric("detour_tunnel_setup_duration_seconds_sum", "\"connect\""));
  }

  private double histogramCount(String name) throws IOException {
    return proxy
        .metrics()
        .lines()
        .filter(line -> line.startsWith(name + "_count "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @Test
  void eventLoopsSayOnceASecondHowLateTheyAre() {
    await().until(() -> histogramCount("detour_event_loop_lag_seconds") >= 1);
  }

  @Test
  @DisplayName("A03: hosts and methods that nobody knows make no series")
  void hostileNamesMakeNoSeries() throws IOException {
    assertHostileNamesLeaveNothing(HOSTILE);
  }

  @Test
  @Tag("campaign")
  @Timeout(600)
  @DisplayName("A03: nor do a million of them, and nothing is kept of them")
  void aMillionHostileNamesMakeNoSeries() throws IOException {
    Logger access = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(AccessLog.LOGGER);
    access.setLevel(Level.OFF); // what the test itself would keep
    assertHostileNamesLeaveNothing(MANY_HOSTILE);
  }

  private void assertHostileNamesLeaveNothing(int names) throws IOException {
    Random random = new Random(6);
    refused("BREW" + 0, "a.invalid");
    long before = series();
    long heapBefore = heapBytes();
    for (int i = 0; i < names; i += BATCH) {
      StringBuilder requests = new StringBuilder();
      for (int j = 0; j < BATCH; j++) {
        requests.append(request("GET", Long.toHexString(random.nextLong()) + ".invalid"));
      }
      try (RawClient client = proxy.client()) {
        client.send(requests + lastRequest("BREW" + i));
        assertThat(client.rest()).contains("HTTP/1.1 502 ", "HTTP/1.1 501 ");
      }
    }
    assertThat(series()).isEqualTo(before);
    assertThat(proxy.metric("detour_requests_total", "code=\"502\"")).isEqualTo(names + 1);
    if (names == MANY_HOSTILE) {
      await().untilAsserted(() -> assertThat(heapBytes() - heapBefore).isLessThan(MAX_HEAP_BYTES));
    }
  }

  /** Of what is in use behind a collection. */
  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void refused(String method, String host) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(request("GET", host) + lastRequest(method));
      assertThat(client.rest().toLowerCase(Locale.ROOT)).contains("http/1.1 501 ");
    }
  }

  private static String request(String method, String host) {
    return method + " http://" + host + "/ HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  /** Of a scheme that is not served, so that the connection ends. */
  private static String lastRequest(String method) {
    return method + " ftp://a.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  private long series() throws IOException {
    return proxy.metrics().lines().filter(line -> line.startsWith("detour_")).count();
  }
}
