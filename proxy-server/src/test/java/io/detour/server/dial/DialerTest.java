package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.closedPort;
import static io.detour.server.dial.DialFixture.host;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.rules.Hop;
import io.detour.server.dial.DialFixture.Running;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.status.DialError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.CharsetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connecting: in turn, with timeouts, never to oneself, and what is left when it fails. */
class DialerTest {
  private final DialFixture fixture = new DialFixture();

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void anAddressIsConnectedWithoutALookup() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");

    Connected connected = connected(fixture.dialer(), target("127.0.0.1", listener.getLocalPort()));

    assertThat(connected.remote()).isEqualTo(listener.getLocalSocketAddress());
    assertThat(connected.attempts()).isEqualTo(1);
    assertThat(connected.dnsNanos()).isZero();
    assertThat(connected.connectNanos()).isPositive();
    assertThat(fixture.dns.asked()).isEmpty();
  }

  @Test
  void anIpv6AddressIsConnected() throws IOException {
    Assumptions.assumeTrue(
        Files.exists(Path.of("/proc/net/if_inet6"))
            && !Files.readString(Path.of("/proc/net/if_inet6")).isEmpty(),
        "this machine has no IPv6");
    ServerSocket listener = fixture.listen("::1");

    Connected connected = connected(fixture.dialer(), target("::1", listener.getLocalPort()));

    assertThat(connected.remote().getAddress()).isEqualTo(InetAddress.ofLiteral("::1"));
  }

  @Test
  void theChannelIsReadyToBeRelayed() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");

    DuplexChannel upstream =
        connected(fixture.dialer(), target("127.0.0.1", listener.getLocalPort())).upstream();

    assertThat(upstream.eventLoop()).isSameAs(fixture.loop);
    assertThat(upstream.isActive()).isTrue();
    assertThat(upstream.pipeline().names()).containsExactly("DefaultChannelPipeline$TailContext#0");
    assertThat(upstream.config().getOption(ChannelOption.AUTO_READ)).isFalse();
    assertThat(upstream.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE)).isTrue();
    assertThat(upstream.config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
  }

  @Test
  void aHandlerAddedInTheCallbackReadsWhatCameWithTheConnection() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");
    CompletableFuture<String> early = new CompletableFuture<>();
    Dialer dialer = fixture.dialer();
    HostPort target = target("127.0.0.1", listener.getLocalPort());

    fixture.runOnLoop(
        () -> {
          dialer.dial(
              Hop.asked(target),
              null,
              fixture.loop,
              result -> {
                DuplexChannel upstream = ((Connected) result).upstream();
                upstream.pipeline().addLast(new Collector(early));
                upstream.read();
              });
          greetAndClose(listener);
        });

    assertThat(DialFixture.await(early)).isEqualTo("220 ready");
  }

  @Test
  @DisplayName("D05: a refused connection is 502 connection_refused")
  void aRefusedConnectionIsTold() throws IOException {
    int port = closedPort("127.0.0.1");

    Failed failed = failed(fixture.dialer(), target("127.0.0.1", port));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_REFUSED);
    assertThat(failed.attempts()).isEqualTo(1);
    assertThat(failed.connectNanos()).isPositive();
    assertThat(socketsTo(port, "")).isZero();
  }

  @ParameterizedTest(name = "D06: {0} is 502 destination_ip_unroutable")
  @ValueSource(strings = {"224.0.0.1", "255.255.255.255", "fe80::1", "ff02::1"})
  void anAddressWithoutARouteIsTold(String address) {
    Failed failed = failed(fixture.dialer(), target(address, 443));

    assertThat(failed.error()).isEqualTo(DialError.DESTINATION_IP_UNROUTABLE);
  }

  @Test
  @DisplayName("D07: a dropped SYN is 504 connection_timeout after the connect timeout")
  void aSilentAddressTimesOut() throws IOException {
    int port = fixture.deafPort();
    Duration timeout = Duration.ofMillis(400);
    Dialer dialer = fixture.dialer(fixture.options.with(ConfigurationKey.TIMEOUT_CONNECT, timeout));

    Failed failed = failed(dialer, target("127.0.0.1", port));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
    assertThat(failed.details()).endsWith("(timeouts.connect)");
    assertThat(Duration.ofNanos(failed.connectNanos())).isBetween(timeout, timeout.multipliedBy(2));
  }

  @Test
  void addressesAreTriedInTurn() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");
    Dialer dialer = withHost("twin.test", "127.0.0.2", "127.0.0.1");

    Connected connected = connected(dialer, target("twin.test", listener.getLocalPort()));

    assertThat(connected.attempts()).isEqualTo(2);
    assertThat(connected.remote()).isEqualTo(listener.getLocalSocketAddress());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"127.0.0.1,224.0.0.1", "224.0.0.1,127.0.0.1"})
  void aRefusalBeatsAnUnroutableAddressInAnyOrder(String addresses) throws IOException {
    Dialer dialer = withHost("mixed.test", addresses.split(",", -1));

    Failed failed = failed(dialer, target("mixed.test", closedPort("127.0.0.1")));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_REFUSED);
    assertThat(failed.attempts()).isEqualTo(2);
  }

  @ParameterizedTest(name = "C24: {0} at a listener on {1} is 502 proxy_loop_detected")
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "::ffff:127.0.0.1, 127.0.0.1",
    "0.0.0.0, 127.0.0.1",
    "127.0.0.1, 0.0.0.0",
    "127.9.9.9, 0.0.0.0",
    "127.0.0.1, ::",
    "::1, ::",
    "detour.test, 127.0.0.1",
  })
  void ownListenersAreNotDialled(String asked, String listening) {
    fixture.dns.answer("detour.test", "127.0.0.1");
    fixture.own.add(new InetSocketAddress(InetAddress.ofLiteral(listening), 3128));
    Dialer dialer = fixture.dialer();

    Failed failed = failed(dialer, target(asked, 3128));

    assertThat(failed.error()).isEqualTo(DialError.PROXY_LOOP);
    assertThat(failed.attempts()).isZero();
  }

  @Test
  @DisplayName(
      "C24: a name that has an own listener among its addresses is 502 proxy_loop_detected")
  void anOwnListenerAmongOtherAddressesIsNotDialled() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.own.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));

    Failed failed = failed(fixture.dialer(), target("localhost", port));

    assertThat(failed.error()).isEqualTo(DialError.PROXY_LOOP);
    assertThat(failed.attempts()).as("::1").isEqualTo(1);
  }

  @Test
  @DisplayName("T19: a dial that is cancelled while connecting frees its socket and is not told")
  void cancelFreesTheSocket() throws IOException {
    int port = fixture.deafPort();
    int before = socketsTo(port, SYN_SENT);
    Running running = fixture.start(fixture.dialer(), target("127.0.0.1", port));
    await().until(() -> socketsTo(port, SYN_SENT) == before + 1);

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(socketsTo(port, SYN_SENT)).isEqualTo(before);
    fixture.drainLoop();
    assertThat(running.result()).isNotDone();
  }

  @Test
  @DisplayName("T19: a connection that completes behind the cancel is closed")
  void cancelWinsOverAConnectionThatIsAlreadyEstablished() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");
    Dialer dialer = fixture.dialer();
    CompletableFuture<DialResult> told = new CompletableFuture<>();
    HostPort target = target("127.0.0.1", listener.getLocalPort());

    // On loopback the handshake is over when connect(2) returns; Netty hears of it only later.
    fixture.runOnLoop(
        () -> dialer.dial(Hop.asked(target), null, fixture.loop, told::complete).cancel());

    try (Socket accepted = listener.accept()) {
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
    fixture.drainLoop();
    assertThat(told).isNotDone();
  }

  @Test
  void cancelAfterTheResultLeavesTheConnectionToItsReceiver() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");
    Running running = fixture.start(fixture.dialer(), target("127.0.0.1", listener.getLocalPort()));
    Connected connected = (Connected) DialFixture.await(running.result());

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(connected.upstream().isActive()).isTrue();
  }

  @Test
  void aResultThatIsKnownAtOnceIsToldAfterDialReturned() {
    Dialer dialer = fixture.dialer();
    CompletableFuture<DialResult> told = new CompletableFuture<>();

    boolean toldTooEarly =
        fixture.onLoop(
            () -> {
              dialer.dial(Hop.asked(target("x.invalid", 443)), null, fixture.loop, told::complete);
              return told.isDone();
            });

    assertThat(toldTooEarly).isFalse();
    assertThat(DialFixture.await(told)).isInstanceOf(Failed.class);
  }

  @Test
  void aReceiverThatThrowsDoesNotHarmTheEventLoop() {
    Dialer dialer = fixture.dialer();

    fixture.runOnLoop(
        () ->
            dialer.dial(
                Hop.asked(target("x.invalid", 443)),
                null,
                fixture.loop,
                result -> {
                  throw new IllegalStateException("expected by the test");
                }));

    assertThat(failed(dialer, target("x.invalid", 443)).error()).isEqualTo(DialError.DNS_ERROR);
  }

  @Test
  void aReceiverThatThrowsLosesItsConnection() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");
    Dialer dialer = fixture.dialer();

    fixture.runOnLoop(
        () ->
            dialer.dial(
                Hop.asked(target("127.0.0.1", listener.getLocalPort())),
                null,
                fixture.loop,
                result -> {
                  throw new IllegalStateException("expected by the test");
                }));

    try (Socket accepted = listener.accept()) {
      accepted.setSoTimeout(10_000);
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void onlyTheEventLoopMayDial() {
    Dialer dialer = fixture.dialer();

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                dialer.dial(Hop.asked(target("127.0.0.1", 443)), null, fixture.loop, result -> {}));
  }

  private static final String SYN_SENT = "02";

  /** Counts this machine's TCP sockets whose peer has a port, in one state or (if empty) in any. */
  private static int socketsTo(int port, String state) throws IOException {
    String remote = String.format(Locale.ROOT, ":%04X", port);
    int sockets = 0;
    for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns[2].endsWith(remote) && columns[3].startsWith(state)) {
          sockets++;
        }
      }
    }
    return sockets;
  }

  private static void greetAndClose(ServerSocket listener) {
    try (Socket accepted = listener.accept()) {
      accepted.getOutputStream().write("220 ready".getBytes(CharsetUtil.US_ASCII));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Dialer withHost(String name, String... addresses) {
    List<InetAddress> parsed = Stream.of(addresses).map(InetAddress::ofLiteral).toList();
    return fixture.dialer(
        fixture.options.with(ConfigurationKey.RESOLVER_HOSTS, Map.of(host(name), parsed)));
  }

  private Connected connected(Dialer dialer, HostPort target) {
    DialResult result = fixture.dial(dialer, target);
    return assertThat(result).asInstanceOf(type(Connected.class)).actual();
  }

  private Failed failed(Dialer dialer, HostPort target) {
    DialResult result = fixture.dial(dialer, target);
    return assertThat(result).asInstanceOf(type(Failed.class)).actual();
  }

  /** Takes the first bytes that are read. */
  private static final class Collector extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<String> text;

    Collector(CompletableFuture<String> text) {
      this.text = text;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      text.complete(bytes.toString(CharsetUtil.US_ASCII));
      bytes.release();
    }
  }
}
