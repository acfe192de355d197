package io.detour;

import static io.detour.RawClient.connectHead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.serve.Forward;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As many clients as the limits say, and not one more. */
@Timeout(120)
class ClientLimitsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private static RunningServer limited(int tunnels, int perClient) throws IOException {
    return RunningServer.with(
        options ->
            options
                .with(ConfigurationKey.THREADS, 2)
                .withLimits(new ClientLimits(tunnels, perClient)));
  }

  @Test
  @DisplayName("L04 exactly N connections of one client are served, the next gets 429")
  void oneClientHasNoMoreThanItsShare() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = limited(100, 5)) {
      List<RawClient> served = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        served.add(proxy.client());
        assertThat(served.getLast().tunnel(origin.authority()).status()).isEqualTo(200);
      }
      try (RawClient beyond = proxy.client()) {
        ResponseHead answer = beyond.head();
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.field("Retry-After")).isEqualTo("5");
        assertThat(answer.field("Proxy-Status"))
            .startsWith("detour; error=connection_limit_reached; ");
        assertThat(beyond.rest()).startsWith("429 ");
      }
      try (RawClient other = proxy.clientFrom("127.0.0.2")) {
        assertThat(other.tunnel(origin.authority()).status()).isEqualTo(200);
      }
      served.getFirst().close();
      awaitServed(proxy, origin);
      for (RawClient client : served) {
        client.close();
      }
      assertThat(proxy.metric("detour_limit_rejections_total", "limit=\"tunnels_per_client\""))
          .isGreaterThanOrEqualTo(1);
      assertThat(proxy.metric("detour_limit_rejections_total", "limit=\"tunnels\"")).isZero();
      assertThat(proxy.metric("detour_requests_total", "kind=\"connect\"", "code=\"429\""))
          .isGreaterThanOrEqualTo(1);
    }
  }

  @Test
  @DisplayName("L05 beyond limits.tunnels: 503 and Retry-After before the request is read")
  void inAllThereAreNoMoreThanMaybe() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = limited(2, 2);
        RawClient one = proxy.client();
        RawClient two = proxy.clientFrom("127.0.0.2")) {
      assertThat(one.tunnel(origin.authority()).status()).isEqualTo(200);
      assertThat(two.tunnel(origin.authority()).status()).isEqualTo(200);
      try (RawClient beyond = proxy.clientFrom("127.0.0.3")) {
        // Unread input must not destroy the answer.
        beyond.send(connectHead(origin.authority()) + "x".repeat(100_000));
        ResponseHead answer = beyond.head();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.field("Retry-After")).isEqualTo("5");
        assertThat(answer.field("Proxy-Status")).contains("error=connection_limit_reached");
        assertThat(beyond.rest()).startsWith("503 ");
      }
      assertThat(origin.accepted()).isEqualTo(2);
      assertThat(proxy.metric("detour_limit_rejections_total", "limit=\"tunnels\"")).isOne();
    }
  }

  @Test
  @DisplayName("L05 the counts are exact after 3,000 connections with random ends")
  void theCountsAreExactAfterRandomEnds() throws Exception {
    assertExactAfter(3_000);
  }

  @Test
  @DisplayName("L05 the counts are exact after 100,000 connections with random ends")
  @Tag("campaign")
  @Timeout(600)
  void theCountsAreExactAfterManyRandomEnds() throws Exception {
    assertExactAfter(100_000);
  }

  private static void assertExactAfter(int connections) throws Exception {
    int limit = 8;
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = limited(limit, limit)) {
      Random random = new Random(5);
      for (int i = 0; i < connections; i++) {
        endSomehow(proxy.client(), origin, random.nextInt(8));
      }
      await().atMost(DEADLINE).until(() -> proxy.clients() == 0);

      List<RawClient> served = new ArrayList<>();
      for (int i = 0; i < limit; i++) {
        served.add(proxy.client());
        assertThat(served.getLast().tunnel(origin.authority()).status()).isEqualTo(200);
      }
      try (RawClient beyond = proxy.client();
          RawClient other = proxy.clientFrom("127.0.0.2")) {
        assertThat(beyond.head().status()).isEqualTo(429);
        assertThat(other.head().status()).as("the count in all").isEqualTo(503);
      }
      for (RawClient client : served) {
        client.close();
      }
    }
  }

  private static void endSomehow(RawClient client, TcpOrigin origin, int how) throws IOException {
    try (client) {
      switch (how) {
        case 0 -> {}
        case 1 -> client.reset();
        case 2 -> client.send("CONNE").reset();
        case 3 -> client.send("nonsense\r\n\r\n").endOutput();
        case 4 -> client.send(connectHead(origin.authority())).reset();
        case 5 -> client.send("GET http://none.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n").head();
        case 6 ->
            client
                .send("POST http://" + origin.authority() + "/ HTTP/1.1\r\nHost: x\r\n")
                .send("Content-Length: 9\r\n\r\n")
                .reset();
        default -> client.send(connectHead(origin.authority())).endOutput().rest();
      }
    } catch (SocketException gone) {
      // One that was turned away may be closed while it still sends.
      assertThat(gone.getMessage()).isNotNull();
    }
  }

  @Test
  @DisplayName("L04 a plain TCP client beyond the limit is reset")
  void aForwardedClientIsReset() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy =
            RunningServer.with(
                options ->
                    options
                        .withLimits(new ClientLimits(10, 1))
                        .with(
                            ConfigurationKey.FORWARD,
                            List.of(
                                new Forward.Fixed(
                                    ListenAddress.Inet.parse("127.0.0.1:0"),
                                    HostPort.parse(origin.authority()).orElseThrow()))));
        RawClient one = proxy.forwardClient(0)) {
      assertThat(one.send("ping").read(4)).isEqualTo("ping");
      // The reset may be there before the client has seen that it is connected.
      assertThatThrownBy(
              () -> {
                try (RawClient beyond = proxy.forwardClient(0)) {
                  beyond.rest();
                }
              })
          .isInstanceOf(SocketException.class);
      assertThat(proxy.metric("detour_requests_total", "kind=\"tcp\"", "code=\"429\"")).isOne();
    }
  }

  @Test
  @DisplayName("L04 curl sees the answer of a proxy that has no slot")
  void curlSeesTheAnswer(@TempDir Path folder) throws Exception {
    Tool curl = Tool.ofPackage("curl", "curl");
    try (RunningServer proxy = limited(10, 1);
        RawClient _ = proxy.client()) {
      await().atMost(DEADLINE).until(() -> proxy.clients() == 1);
      for (int i = 0; i < 10; i++) {
        // curl calls it a failure, which is not the question here.
        Path status = folder.resolve("status");
        Process asking =
            curl.start(
                status,
                "-s",
                "-o",
                folder.resolve("body").toString(),
                "-w",
                "%{http_connect}",
                "--proxy",
                "http://" + proxy.authority(),
                "https://a.test/");
        assertThat(asking.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(status).hasContent("429");
      }
    }
  }

  private static void awaitServed(RunningServer proxy, TcpOrigin origin) {
    await("a slot is free")
        .atMost(DEADLINE)
        .until(
            () -> {
              try (RawClient client = proxy.client()) {
                client.send(connectHead(origin.authority()));
                return client.head().status() == 200;
              }
            });
  }
}
