package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.core.relay.EarlyBytes;
import io.detour.core.relay.RelayEngine;
import io.detour.core.relay.RelayMode;
import io.detour.core.relay.RelayOptions;
import io.detour.rules.Hop;
import io.detour.server.dial.DialFixture;
import io.detour.server.dial.DialResult;
import io.detour.server.dial.Dialer;
import io.detour.server.dial.Parent;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A dial through a parent and what comes behind it: the client's connection and the one that was
 * dialled are relayed, as they are for a client that asked for a tunnel.
 */
final class RelayedDial implements AutoCloseable {
  private static final String NAME = "dc";
  private static final int TIMEOUT_MILLIS = 10_000;

  private final DialFixture fixture = new DialFixture();
  private final RelayEngine engine;
  private final Dialer dialer;
  private final ServerSocket clients = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
  private final CompletableFuture<TunnelStats> ended = new CompletableFuture<>();

  private RelayedDial(Parent parent, RelayMode mode) throws IOException {
    engine = new RelayEngine(RelayOptions.defaults().withMode(mode));
    dialer = fixture.dialer(fixture.options.with(ConfigurationKey.PARENTS, Map.of(NAME, parent)));
  }

  /**
   * Through a parent.
   *
   * @param uri as in the configuration file
   */
  static RelayedDial through(String uri, RelayMode mode) throws IOException {
    return new RelayedDial(Parent.parse(uri).orElseThrow(), mode);
  }

  /** The result of a dial that nothing is relayed for. */
  DialResult dial(String target) {
    return fixture.dial(dialer, authority(target), NAME);
  }

  /** The client of a tunnel to a target. */
  Socket tunnel(String target) throws IOException {
    HostPort here = authority("127.0.0.1:" + clients.getLocalPort());
    fixture.runOnLoop(
        () -> dialer.dial(Hop.asked(here), null, fixture.loop, client -> connect(client, target)));
    Socket client = clients.accept();
    client.setSoTimeout(TIMEOUT_MILLIS);
    return client;
  }

  private void connect(DialResult client, String target) {
    Channel channel = ((DialResult.Connected) client).upstream();
    channel.pipeline().addLast(new EarlyBytes());
    dialer.dial(
        new Hop(0, authority(target), NAME, Set.of()),
        null,
        fixture.loop,
        result -> {
          assertThat(result).isInstanceOf(DialResult.Connected.class);
          Channel upstream = ((DialResult.Connected) result).upstream();
          upstream.pipeline().addLast(new EarlyBytes());
          engine.relay(channel, upstream, ended::complete);
        });
  }

  /** What the tunnel did, once it has ended. */
  TunnelStats stats() {
    return DialFixture.await(ended);
  }

  private static HostPort authority(String text) {
    return HostPort.parse(text).orElseThrow();
  }

  @Override
  public void close() {
    try {
      clients.close();
      engine.close();
      fixture.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
