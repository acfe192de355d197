package io.detour.core.relay;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** How a tunnel is relayed. */
enum Way {
  AUTO(Tunnel.Transport.TCP, RelayMode.AUTO),
  SPLICE(Tunnel.Transport.TCP, RelayMode.SPLICE),
  COPY(Tunnel.Transport.TCP, RelayMode.COPY),
  NETTY(Tunnel.Transport.EPOLL, RelayMode.AUTO),
  PORTABLE(Tunnel.Transport.NIO, RelayMode.AUTO);

  /** No test takes so long. */
  static final Duration LONG = Duration.ofMinutes(10);

  private final Tunnel.Transport transport;
  private final RelayMode mode;

  Way(Tunnel.Transport transport, RelayMode mode) {
    this.transport = transport;
    this.mode = mode;
  }

  /** Each with each side. */
  static Stream<Arguments> withSides() {
    return Arrays.stream(values())
        .flatMap(way -> Arrays.stream(From.values()).map(from -> Arguments.of(way, from)));
  }

  /** Without a timeout that a test would reach. */
  RelayOptions options() {
    return RelayOptions.defaults().withMode(mode).withTimeouts(LONG, LONG, LONG);
  }

  /** What a tunnel begins with that is relayed in this way. */
  Tunnel.Setup setup(RelayOptions options) {
    return new Tunnel.Setup(options).over(transport);
  }

  Tunnel tunnel(RelayOptions options) throws IOException {
    return setup(options).open();
  }

  /** Both peers have a small receive buffer, so that they are soon full. */
  Tunnel narrowTunnel(RelayOptions options) throws IOException {
    return setup(options).receiveBuffer(4096).open();
  }
}
