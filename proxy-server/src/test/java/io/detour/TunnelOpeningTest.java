package io.detour;

import static io.detour.RawClient.connectHead;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.core.relay.RelayMode;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The seam between the answer to CONNECT and the tunnel, through raw sockets. */
@Timeout(60)
class TunnelOpeningTest {
  private static final String BANNER = "220 ready\r\n";
  private static final int MEGABYTE = 1 << 20;

  /** Descriptors that the JVM may open for itself meanwhile. */
  private static final int FEW = 20;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy =
        RunningServer.start(
            """
            version: 1
            rules:
              - name: moved
                match: { host: { suffix: .old.test } }
                action: rewrite
                to: "{prefix}.new.test"
            """);
    proxy.dns().answer("a.new.test", "127.0.0.1").answer("plain.test", "127.0.0.1");
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  @ParameterizedTest(name = "C01: HTTP/{0} is answered 200 without a body")
  @ValueSource(strings = {"1.1", "1.0"})
  void theAnswerHasNoBodyAndTheTunnelStartsBehindIt(String version) throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient client = proxy.client()) {
      String head = connectHead(origin.authority()).replace("HTTP/1.1", "HTTP/" + version);

      ResponseHead answer = client.send(head).head();

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.fields()).doesNotContainKeys("content-length", "transfer-encoding");
      assertThat(client.send("ping").read(4)).isEqualTo("ping");
    }
  }

  @Test
  void onlyARewrittenAnswerNamesTheNextHop() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient rewritten = proxy.client();
        RawClient asked = proxy.client()) {
      assertThat(rewritten.tunnel("A.Old.Test.:" + origin.port()).field("Proxy-Status"))
          .isEqualTo("detour; next-hop=\"a.new.test:" + origin.port() + "\"");
      assertThat(asked.tunnel("plain.test:" + origin.port()).fields())
          .doesNotContainKey("proxy-status");
    }
  }

  @ParameterizedTest(name = "C02: head and payload in one segment, relay {0}")
  @EnumSource(RelayMode.class)
  void payloadInTheSegmentOfTheHeadGoesFirst(RelayMode mode) throws IOException {
    String early = "early ".repeat(2000);
    try (RunningServer other =
            RunningServer.with(options -> options.with(ConfigurationKey.RELAY_MODE, mode));
        TcpOrigin origin = TcpOrigin.echo();
        RawClient client = other.client()) {
      client.send(connectHead(origin.authority()) + early);

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.send("late").endOutput().rest()).isEqualTo(early + "late");
    }
  }

  @Test
  @DisplayName("C02: the head may be split at every byte, the payload behind it stays whole")
  void theHeadMayBeSplitAnywhere() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo()) {
      String all = connectHead(origin.authority()) + "early";
      for (int split = 1; split < all.length(); split++) {
        try (RawClient client = proxy.client()) {
          client.send(all.substring(0, split));
          awaitReadBy(proxy, client);
          client.send(all.substring(split));

          assertThat(client.head().status()).as("split at %s", split).isEqualTo(200);
          assertThat(client.endOutput().rest()).as("split at %s", split).isEqualTo("early");
        }
      }
    }
  }

  @Test
  @DisplayName("C02: the head may come byte by byte")
  void theHeadMayComeByteByByte() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient client = proxy.client()) {
      for (byte next : connectHead(origin.authority()).getBytes(ISO_8859_1)) {
        client.send(new byte[] {next});
        awaitReadBy(proxy, client);
      }
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.send("ping").read(4)).isEqualTo("ping");
    }
  }

  private static void awaitReadBy(RunningServer proxy, RawClient client) {
    int port = proxy.address().getPort();
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> SocketTable.hasReadAll(port, client.localPort()));
  }

  @Test
  @DisplayName("C03: what a server that speaks first says comes behind the 200, 1,000 times")
  void theAnswerComesBeforeTheBannerOfAServerThatSpeaksFirst() throws IOException {
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> {
              connection.getOutputStream().write(BANNER.getBytes(ISO_8859_1));
              connection.getInputStream().transferTo(connection.getOutputStream());
            })) {
      for (int i = 0; i < 1000; i++) {
        try (RawClient client = proxy.client()) {
          assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
          assertThat(client.read(BANNER.length())).isEqualTo(BANNER);
          assertThat(client.send("quit").endOutput().rest()).isEqualTo("quit");
        }
      }
    }
  }

  @Test
  @DisplayName(
      "C03: 200, then all bytes, then the end, of a server that closes at once, 1,000 times")
  void theAnswerComesBeforeTheEndOfAServerThatClosesAtOnce() throws IOException {
    String bytes = "all of it ".repeat(3000);
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> connection.getOutputStream().write(bytes.getBytes(ISO_8859_1)))) {
      for (int i = 0; i < 1000; i++) {
        try (RawClient client = proxy.client()) {
          assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
          assertThat(client.rest()).isEqualTo(bytes);
        }
      }
    }
  }

  @Test
  @DisplayName(
      "C03: 200 or 502 comes before the reset of a server that resets at once, 1,000 times")
  void anAnswerComesBeforeTheResetOfAServerThatResetsAtOnce() throws IOException {
    List<String> bare = new ArrayList<>();
    long descriptors = SocketTable.openDescriptors();
    try (TcpOrigin origin =
        TcpOrigin.start(connection -> connection.setOption(StandardSocketOptions.SO_LINGER, 0))) {
      for (int i = 0; i < 1000; i++) {
        try (RawClient client = proxy.client()) {
          client.send(connectHead(origin.authority()));
          assertThat(client.head().status()).isIn(200, 502);
          assertNoPayload(client);
        } catch (SocketException | EOFException e) {
          bare.add(i + ": " + e);
        }
      }
    }
    assertThat(bare).isEmpty();
    await().until(() -> SocketTable.openDescriptors() <= descriptors + FEW);
  }

  /** A 502 has a body and an end, a 200 a reset behind it. */
  private static void assertNoPayload(RawClient client) throws IOException {
    try {
      String rest = client.rest();
      assertThat(rest)
          .satisfiesAnyOf(r -> assertThat(r).isEmpty(), r -> assertThat(r).startsWith("502"));
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @Test
  @DisplayName("T01: a client that ends its direction in the tunnel gets the whole answer")
  void aClientThatHalfClosesGetsTheAnswer() throws IOException {
    try (TcpOrigin origin = answersAtTheEnd();
        RawClient client = proxy.client()) {
      assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);

      String answer = client.send("question").endOutput().rest();

      assertThat(answer).hasSize(MEGABYTE + "question".length()).startsWith("question");
    }
  }

  @Test
  @DisplayName("T19: a client that sends head, question and end at once gets the whole answer")
  void aClientThatHalfClosesBeforeTheAnswerGetsIt() throws IOException {
    try (TcpOrigin origin = answersAtTheEnd()) {
      for (int i = 0; i < 20; i++) {
        try (RawClient client = proxy.client()) {
          client.send(connectHead(origin.authority()) + "question").endOutput();

          assertThat(client.head().status()).isEqualTo(200);
          assertThat(client.rest()).hasSize(MEGABYTE + "question".length()).startsWith("question");
        }
      }
    }
  }

  @Test
  @DisplayName("T19: a client that ends its direction while its target is looked up is served")
  void aClientThatHalfClosesWhileDiallingIsServed() throws IOException {
    proxy.dns().answer("slow.test", "127.0.0.1").hold("slow.test");
    try (TcpOrigin origin = answersAtTheEnd();
        RawClient client = proxy.client()) {
      client.send(connectHead("slow.test:" + origin.port()));
      await().until(() -> !proxy.dns().asked("slow.test").isEmpty());
      client.send("question").endOutput();
      proxy.dns().release("slow.test");

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.rest()).hasSize(MEGABYTE + "question".length()).startsWith("question");
    }
  }

  @Test
  @DisplayName("C02: megabytes behind the head wait for a slow lookup and arrive whole")
  void manyEarlyBytesArriveWhole() throws IOException {
    proxy.dns().answer("slow.test", "127.0.0.1").hold("slow.test");
    byte[] early = new byte[8 * MEGABYTE];
    new Random(1).nextBytes(early);
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient client = proxy.client()) {
      client.send(connectHead("slow.test:" + origin.port()));
      CompletableFuture<Void> sent = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  client.send(early).endOutput();
                  sent.complete(null);
                } catch (IOException e) {
                  sent.completeExceptionally(e);
                }
              });
      await().until(() -> !proxy.dns().asked("slow.test").isEmpty());
      proxy.dns().release("slow.test");

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.rest()).isEqualTo(new String(early, ISO_8859_1));
      assertThat(sent).isCompleted();
    }
  }

  private static TcpOrigin answersAtTheEnd() throws IOException {
    return TcpOrigin.start(
        connection -> {
          byte[] question = connection.getInputStream().readAllBytes();
          connection.getOutputStream().write(question);
          connection.getOutputStream().write(new byte[MEGABYTE]);
        });
  }

  @Test
  void aClientThatLeavesWithoutAWordIsNotAnswered() throws IOException {
    try (RawClient client = proxy.client()) {
      assertThat(client.send("CONNECT a").endOutput().rest()).isEmpty();
    }
  }

  @DisplayName("T19: a client that resets while its target is looked up leaves no tunnel behind")
  @Test
  void aClientThatResetsWhileDiallingLeavesNoTunnel() throws IOException {
    proxy.dns().answer("slow.test", "127.0.0.1").hold("slow.test");
    try (TcpOrigin origin = TcpOrigin.echo()) {
      try (RawClient client = proxy.client()) {
        client.send(connectHead("slow.test:" + origin.port()));
        await().until(() -> !proxy.dns().asked("slow.test").isEmpty());
        client.reset();
      }
      proxy.dns().release("slow.test");
      try (RawClient next = proxy.client()) {
        assertThat(next.tunnel(origin.authority()).status()).isEqualTo(200);
      }
      // Whether the reset or the address came first, nothing of the tunnel may stay.
      await().until(() -> origin.open() == 0 && proxy.metric("detour_tunnels_open") == 0);
    }
  }
}
