package io.detour;

import static io.detour.RawClient.connectHead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.detour.config.ConfigurationKey;
import io.detour.core.Subnet;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.AccessVariants;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Connections that begin with a PROXY header. */
@Timeout(60)
class ProxyProtocolTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - name: a
          match: { host: { exact: a.test }, client: 192.0.2.0/24 }
          action: reject
      """;
  private static final String HEADER = "PROXY TCP4 192.0.2.9 198.51.100.1 56324 443\r\n";
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private static RunningServer start(ProxyProtocol protocol, ClientLimits limits, Duration timeout)
      throws IOException {
    ListenerOptions listener =
        new ListenerOptions(ListenAddress.parse("127.0.0.1:0"), protocol, 64, false, null);
    return RunningServer.start(
        RULES,
        options ->
            options
                .with(ConfigurationKey.LISTEN, List.of(listener))
                .withLimits(limits)
                .with(ConfigurationKey.TIMEOUT_HEAD, timeout));
  }

  private static RunningServer start(ProxyProtocol protocol) throws IOException {
    return start(protocol, ClientLimits.defaults(), DEADLINE);
  }

  @ParameterizedTest
  @EnumSource(names = {"V1", "AUTO"})
  void rulesAndLogSeeTheAddressThatIsTold(ProxyProtocol protocol) throws IOException {
    try (RunningServer proxy = start(protocol);
        RawClient client = proxy.client()) {
      client.send(HEADER + connectHead("a.test:443"));
      assertThat(client.head().status()).isEqualTo(403);
      assertThat(proxy.log().refusals())
          .extracting(line -> line.get("client"))
          .containsExactly("192.0.2.9");
    }
  }

  @Test
  void theBinaryHeaderTellsItToo() throws IOException {
    byte[] header =
        HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc0000209c6336401dc0401bb");
    try (RunningServer proxy = start(ProxyProtocol.V2);
        RawClient client = proxy.client()) {
      client.send(header).send(connectHead("a.test:443"));
      assertThat(client.head().status()).isEqualTo(403);
    }
  }

  @Test
  void withoutAToldAddressTheSocketsCounts() throws IOException {
    byte[] local = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");
    try (RunningServer proxy = start(ProxyProtocol.AUTO);
        RawClient one = proxy.client();
        RawClient two = proxy.client()) {
      assertThat(one.send("PROXY UNKNOWN\r\n").tunnel("a.test:443").status()).isEqualTo(502);
      assertThat(two.send(local).tunnel("a.test:443").status()).isEqualTo(502);
      assertThat(proxy.log().refusals())
          .extracting(line -> line.get("client"))
          .containsExactly("127.0.0.1", "127.0.0.1");
    }
  }

  @Test
  void bytesMayComeOneByOneAndWhatFollowsGoesOn() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer proxy = start(ProxyProtocol.V1)) {
      try (RawClient slow = proxy.client()) {
        for (char c : (HEADER + connectHead(origin.authority())).toCharArray()) {
          slow.send(String.valueOf(c));
        }
        assertThat(slow.head().status()).isEqualTo(200);
        assertThat(slow.send("ping").endOutput().rest()).isEqualTo("ping");
      }
      try (RawClient hasty = proxy.client()) {
        hasty.send(HEADER + connectHead(origin.authority()) + "early").endOutput();
        assertThat(hasty.head().status()).isEqualTo(200);
        assertThat(hasty.rest()).isEqualTo("early");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
        "PROXY TCP4 192.0.2.9 198.51.100.1 056 443\r\nCONNECT a.test:443 HTTP/1.1\r\n\r\n",
        "\r\nGET",
      })
  void withoutAProperHeaderItIsClosedWithoutAWord(String bytes) throws IOException {
    try (RunningServer proxy = start(ProxyProtocol.AUTO);
        RawClient client = proxy.client()) {
      client.send(bytes);
      assertSilentEnd(client);
      assertThat(proxy.log().refusals()).isEmpty();
    }
  }

  private static void assertSilentEnd(RawClient client) {
    try {
      assertThat(client.rest()).isEmpty();
    } catch (IOException reset) {
      assertThat(reset).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aHeaderThatIsCutOrNeverComesIsNotWaitedFor() throws IOException {
    try (RunningServer proxy =
            start(ProxyProtocol.V1, ClientLimits.defaults(), Duration.ofMillis(300));
        RawClient cut = proxy.client();
        RawClient silent = proxy.client()) {
      cut.send("PROXY TCP4 ").endOutput();
      assertSilentEnd(cut);
      assertSilentEnd(silent);
      await().atMost(DEADLINE).until(() -> proxy.clients() == 0);
    }
  }

  @Test
  void aStopDoesNotWaitForHeaders() throws Exception {
    try (RunningServer proxy = start(ProxyProtocol.V1);
        RawClient silent = proxy.client()) {
      silent.send("PROXY");
      await().atMost(DEADLINE).until(() -> proxy.clients() == 1);
      assertThat(proxy.drain(DEADLINE)).isZero();
      assertSilentEnd(silent);
    }
  }

  @Test
  void aStopDoesNotWaitForARequestBehindTheHeader() throws Exception {
    try (RunningServer proxy = start(ProxyProtocol.V1);
        RawClient silent = proxy.client()) {
      silent.send(HEADER + "CONNECT");
      await().atMost(DEADLINE).until(() -> proxy.clients() == 1);
      // Answered behind the header of the first: that has been read by then.
      try (RawClient next = proxy.client()) {
        assertThat(next.send(HEADER).tunnel("a.test:443").status()).isEqualTo(403);
      }

      assertThat(proxy.drain(DEADLINE)).isZero();
      assertSilentEnd(silent);
    }
  }

  @Test
  void whoSendsNoHeaderTakesASlotAllTheSame() throws IOException {
    try (RunningServer proxy = start(ProxyProtocol.V1, new ClientLimits(1, 1), DEADLINE)) {
      try (RawClient silent = proxy.client();
          RawClient next = proxy.client()) {
        silent.send("PROXY");
        assertSilentEnd(next);
        assertThat(proxy.metric("detour_limit_rejections_total", "limit=\"tunnels\"")).isOne();
      }
      await().atMost(DEADLINE).until(() -> proxy.clients() == 0);
      try (RawClient later = proxy.client()) {
        assertThat(later.send(HEADER).tunnel("a.test:443").status()).isEqualTo(403);
      }
    }
  }

  @Test
  void theLimitOfOneClientIsThatOfTheToldAddress() throws IOException {
    try (RunningServer proxy = start(ProxyProtocol.V1, new ClientLimits(10, 1), DEADLINE);
        RawClient one = proxy.client();
        RawClient other = proxy.client();
        RawClient again = proxy.client()) {
      assertThat(one.send(HEADER).tunnel("a.test:443").status()).isEqualTo(403);
      assertThat(
              other.send(HEADER.replace("192.0.2.9", "192.0.2.10")).tunnel("a.test:443").status())
          .isEqualTo(403);
      assertThat(again.send(HEADER).head().status()).isEqualTo(429);
    }
  }

  @Test
  void curlIsUnderstood(@TempDir Path folder) throws Exception {
    Tool curl = Tool.ofPackage("curl", "curl");
    try (RunningServer proxy = start(ProxyProtocol.V1)) {
      String status =
          curl.run(
              folder,
              "-s",
              "--haproxy-protocol",
              "-o",
              folder.resolve("body").toString(),
              "-w",
              "%{http_code}",
              "http://" + proxy.authority() + "/");
      assertThat(status).isEqualTo("200");
      assertThatThrownBy(() -> curl.run(folder, "-s", "http://" + proxy.authority() + "/"))
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void whoIsRefusedAndResetsIsNoMatterForNetty() throws IOException {
    Logger tail =
        ((LoggerContext) LoggerFactory.getILoggerFactory())
            .getLogger("io.netty.channel.DefaultChannelPipeline");
    ListAppender<ILoggingEvent> warnings = new ListAppender<>();
    warnings.start();
    tail.addAppender(warnings);
    ListenerOptions listener =
        new ListenerOptions(ListenAddress.parse("127.0.0.1:0"), ProxyProtocol.V1, 64, false, null);
    AccessOptions access =
        AccessVariants.clients(
            AccessOptions.open(), List.of(Subnet.parse("10.0.0.0/8").orElseThrow()));
    try (RunningServer proxy =
        RunningServer.with(
            options ->
                options.with(ConfigurationKey.LISTEN, List.of(listener)).withAccess(access))) {
      for (int i = 0; i < 100; i++) {
        try (RawClient stranger = proxy.client()) {
          stranger.send(HEADER + connectHead("a.test:443")).reset();
        }
      }
      await().atMost(DEADLINE).until(() -> proxy.clients() == 0);
    } finally {
      tail.detachAppender(warnings);
    }
    assertThat(warnings.list).isEmpty();
  }
}
