package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.CloseReason;
import io.detour.core.TunnelStats;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real tunnel on loopback: two sockets of this test with an engine between them, relayed from the
 * moment they are connected.
 */
final class Tunnel implements AutoCloseable {
  private static final int DEADLINE_MILLIS = 20_000;

  /** What the channels are made of. */
  enum Transport {
    EPOLL(EpollServerSocketChannel.class, EpollSocketChannel.class),
    NIO(NioServerSocketChannel.class, NioSocketChannel.class);

    final Class<? extends ServerChannel> listener;
    final Class<? extends Channel> socket;

    Transport(Class<? extends ServerChannel> listener, Class<? extends Channel> socket) {
      this.listener = listener;
      this.socket = socket;
    }

    IoHandlerFactory handlers() {
      return this == EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }
  }

  private final Transport transport;
  private final MultiThreadIoEventLoopGroup group;
  private final RelayEngine engine;
  private final ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Channel listener;
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private final CompletableFuture<TunnelStats> ended = new CompletableFuture<>();

  /** The test's end on the client's side. */
  final Socket client;

  /** The test's end on the upstream side. */
  final Socket upstream;

  /**
   * @param greeting what the upstream host sends before the relay begins, and the client too
   * @param receiveBuffer of both peers in bytes, 0 for the kernel's default
   */
  Tunnel(Transport transport, RelayOptions options, byte[] greeting, int receiveBuffer)
      throws IOException {
    this.transport = transport;
    group = new MultiThreadIoEventLoopGroup(1, transport.handlers());
    engine = new RelayEngine(options);
    if (receiveBuffer > 0) {
      origin.setReceiveBufferSize(receiveBuffer);
    }
    listener =
        new ServerBootstrap()
            .group(group)
            .channel(transport.listener)
            .childOption(ChannelOption.AUTO_READ, greeting.length > 0)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(new Accepted(greeting.length))
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
    client = new Socket();
    if (receiveBuffer > 0) {
      client.setReceiveBufferSize(receiveBuffer);
    }
    client.connect(listener.localAddress(), DEADLINE_MILLIS);
    client.getOutputStream().write(greeting);
    upstream = origin.accept();
    connected.orTimeout(DEADLINE_MILLIS, TimeUnit.MILLISECONDS).join();
    upstream.getOutputStream().write(greeting);
    for (Socket socket : new Socket[] {client, upstream}) {
      socket.setSoTimeout(DEADLINE_MILLIS);
      socket.setTcpNoDelay(true);
    }
  }

  Tunnel(RelayOptions options, byte[] greeting, int receiveBuffer) throws IOException {
    this(Transport.EPOLL, options, greeting, receiveBuffer);
  }

  Tunnel(RelayOptions options) throws IOException {
    this(options, new byte[0], 0);
  }

  /** Connects onwards when a client was accepted, and relays when all greetings have arrived. */
  private final class Accepted extends ChannelInitializer<Channel> {
    private final int greetingBytes;

    Accepted(int greetingBytes) {
      this.greetingBytes = greetingBytes;
    }

    @Override
    protected void initChannel(Channel accepted) {
      accepted.pipeline().addLast(new EarlyBytes());
      new Bootstrap()
          .group(accepted.eventLoop())
          .channel(transport.socket)
          .option(ChannelOption.AUTO_READ, greetingBytes > 0)
          .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
          .handler(new EarlyBytes())
          .connect(origin.getLocalSocketAddress())
          .addListener(
              done -> {
                Channel next = ((ChannelFuture) done).channel();
                connected.complete(null);
                // Time for the greetings to be read by Netty, and not by the relay.
                accepted
                    .eventLoop()
                    .schedule(
                        () -> engine.relay(accepted, next, ended::complete),
                        greetingBytes > 0 ? 200 : 0,
                        TimeUnit.MILLISECONDS);
              });
    }
  }

  RelayStatistics statistics() {
    return engine.statistics();
  }

  void closeAll(CloseReason reason) {
    engine.closeAll(reason).join();
  }

  /** Waits for the end of the tunnel. */
  TunnelStats ended() throws InterruptedException, ExecutionException, TimeoutException {
    return ended.get(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
  }

  boolean hasEnded() {
    return ended.isDone();
  }

  void endsWith(CloseReason reason) throws Exception {
    assertThat(ended().reason()).isEqualTo(reason);
    assertThat(statistics().closes(reason)).isEqualTo(1);
    assertThat(statistics().leasedPipes()).isZero();
  }

  /** Ends a socket as a crashed or impatient peer does. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    client.close();
    upstream.close();
    origin.close();
    listener.close().syncUninterruptibly();
    engine.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
