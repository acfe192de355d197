package io.detour.core.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Any number of real tunnels on loopback through one relay; both peers of each are this test's. */
final class Tunnels implements AutoCloseable {
  private static final int DEADLINE_MILLIS = 20_000;

  private final ServerSocketChannel origin = ServerSocketChannel.open();
  private final int bufferBytes;
  final RelayServer server;

  /** The two ends of a tunnel. */
  record Peers(SocketChannel client, SocketChannel upstream) implements AutoCloseable {
    SocketChannel on(Side side) {
      return switch (side) {
        case CLIENT -> client;
        case UPSTREAM -> upstream;
      };
    }

    SocketChannel opposite(Side side) {
      return side == Side.CLIENT ? upstream : client;
    }

    @Override
    public void close() throws IOException {
      client.close();
      upstream.close();
    }
  }

  /**
   * @param bufferBytes size of all socket buffers, 0 for what the kernel chooses
   */
  Tunnels(RelayOptions options, int bufferBytes) throws IOException {
    this.bufferBytes = bufferBytes;
    if (bufferBytes > 0) {
      origin.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes);
    }
    origin.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
    origin.socket().setSoTimeout(DEADLINE_MILLIS);
    server = new RelayServer(options, origin.getLocalAddress(), bufferBytes);
  }

  /** A new tunnel; its channels block. One at a time, so that the ends belong together. */
  Peers open() throws IOException {
    SocketChannel client = SocketChannel.open();
    if (bufferBytes > 0) {
      client.setOption(StandardSocketOptions.SO_RCVBUF, bufferBytes);
    }
    client.socket().connect(server.address(), DEADLINE_MILLIS);
    SocketChannel upstream = origin.socket().accept().getChannel();
    for (SocketChannel channel : new SocketChannel[] {client, upstream}) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().setSoTimeout(DEADLINE_MILLIS);
      if (bufferBytes > 0) {
        channel.setOption(StandardSocketOptions.SO_SNDBUF, bufferBytes);
      }
    }
    return new Peers(client, upstream);
  }

  /** Ends a socket as a crashed or impatient peer does. */
  static void reset(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  @Override
  public void close() throws IOException {
    origin.close();
    server.close();
  }
}
