package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.closedPort;
import static io.detour.server.dial.DialFixture.host;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.server.status.DialError;
import io.detour.server.transport.Transport;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dialling without epoll gives the same channels and the same failures. */
@Timeout(60)
class NioDialerTest {
  private final DialFixture fixture = new DialFixture(Transport.nio());

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void theChannelIsReadyToBeRelayed() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.1");

    DialResult result =
        fixture.dial(fixture.dialer(), target("127.0.0.1", listener.getLocalPort()));

    DuplexChannel upstream = ((DialResult.Connected) result).upstream();
    assertThat(upstream.eventLoop()).isSameAs(fixture.loop);
    assertThat(upstream.isActive()).isTrue();
    assertThat(upstream.config().getOption(ChannelOption.AUTO_READ)).isFalse();
    assertThat(upstream.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE)).isTrue();
  }

  @Test
  @Tag("D05")
  void aRefusalIsTold() throws IOException {
    assertFails(target("127.0.0.1", closedPort("127.0.0.1")), DialError.CONNECTION_REFUSED);
  }

  @Test
  @Tag("D07")
  void aSilentAddressIsGivenUp() throws IOException {
    Dialer dialer =
        fixture.dialer(
            fixture.options.with(ConfigurationKey.TIMEOUT_CONNECT, Duration.ofMillis(200)));

    assertThat(fixture.dial(dialer, target("127.0.0.1", fixture.deafPort())))
        .asInstanceOf(InstanceOfAssertFactories.type(DialResult.Failed.class))
        .extracting(DialResult.Failed::error)
        .isEqualTo(DialError.CONNECTION_TIMEOUT);
  }

  @Test
  @Tag("D01")
  void theDnsServersAreAsked() {
    assertFails(target("nobody.test", 443), DialError.DNS_ERROR);
    assertThat(fixture.dns.asked()).isNotEmpty();
  }

  @Test
  @Tag("Q17")
  void whereNoDnsServerListensTheNextOneIsAsked() throws IOException {
    int port = fixture.listen("127.0.0.1").getLocalPort();
    fixture.dns.answer("web.test", "127.0.0.1").truncate("web.test");
    InetSocketAddress nobody;
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      nobody = (InetSocketAddress) socket.getLocalSocketAddress();
    }
    List<InetSocketAddress> servers = List.of(nobody, fixture.dns.address());

    DialResult result =
        fixture.dial(
            fixture.dialer(fixture.options.with(ConfigurationKey.RESOLVER_SERVERS, servers)),
            target("web.test", port));

    assertThat(result).isInstanceOf(DialResult.Connected.class);
    assertThat(Duration.ofNanos(result.dnsNanos())).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void theNextAddressIsTried() throws IOException {
    ServerSocket listener = fixture.listen("127.0.0.2");
    Map<Host, List<InetAddress>> hosts =
        Map.of(
            host("two.test"),
            List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("127.0.0.2")));

    DialResult result =
        fixture.dial(
            fixture.dialer(fixture.options.with(ConfigurationKey.RESOLVER_HOSTS, hosts)),
            target("two.test", listener.getLocalPort()));

    assertThat(((DialResult.Connected) result).attempts()).isEqualTo(2);
  }

  private void assertFails(HostPort target, DialError error) {
    assertThat(fixture.dial(fixture.dialer(), target))
        .asInstanceOf(InstanceOfAssertFactories.type(DialResult.Failed.class))
        .extracting(DialResult.Failed::error)
        .isEqualTo(error);
  }
}
