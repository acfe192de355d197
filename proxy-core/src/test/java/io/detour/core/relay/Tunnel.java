package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.TunnelStats;
import io.detour.core.tcp.TcpChannel;
import io.detour.core.tcp.TcpListener;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A real tunnel on loopback: two sockets of this test with an engine between them, relayed from the
 * moment they are connected.
 */
final class Tunnel implements AutoCloseable {
  private static final int DEADLINE_MILLIS = 20_000;

  /** What the channels are made of. */
  enum Transport {
    /** Our own, registered once. */
    TCP,
    /** Netty's, which the relay registers anew. */
    EPOLL,
    NIO;

    ServerChannel newListener() {
      return switch (this) {
        case TCP -> new TcpListener(SocketProtocolFamily.INET);
        case EPOLL -> new EpollServerSocketChannel();
        case NIO -> new NioServerSocketChannel();
      };
    }

    Channel newSocket() {
      return switch (this) {
        case TCP -> new TcpChannel(SocketProtocolFamily.INET);
        case EPOLL -> new EpollSocketChannel();
        case NIO -> new NioSocketChannel();
      };
    }

    IoHandlerFactory handlers() {
      return this == NIO ? NioIoHandler.newFactory() : EpollIoHandler.newFactory();
    }
  }

  private final Setup setup;
  private final MultiThreadIoEventLoopGroup group;
  private final RelayEngine engine;
  private final ServerSocket origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Channel listener;
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private final CompletableFuture<OpenTunnel> open = new CompletableFuture<>();
  private final Queue<String> events = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<TunnelStats> ended = new CompletableFuture<>();

  /** The test's end on the client's side. */
  final Socket client;

  /** The test's end on the upstream side. */
  final Socket upstream;

  /**
   * How a tunnel is made, beyond its options. Begins with our own channels, one event loop, no
   * greeting.
   */
  static final class Setup {
    private final RelayOptions options;
    private Transport transport = Transport.TCP;
    private byte[] greeting = new byte[0];
    private int receiveBuffer;
    private boolean apart;
    private boolean pausingWhenBlocked;
    private boolean beginningLate;
    private @Nullable TransferListener transfers;
    private @Nullable SslContext clientTls;

    Setup(RelayOptions options) {
      this.options = options;
    }

    Setup over(Transport other) {
      transport = other;
      return this;
    }

    /** Both peers send this before the relay begins. */
    Setup greeting(byte[] bytes) {
      greeting = bytes;
      return this;
    }

    /** Of both peers, in bytes. */
    Setup receiveBuffer(int bytes) {
      receiveBuffer = bytes;
      return this;
    }

    /** The relay begins only when there was time for Netty to read. */
    Setup beginningLate() {
      beginningLate = true;
      return this;
    }

    /** The two channels are on two event loops. */
    Setup apart() {
      apart = true;
      return this;
    }

    /** The listener pauses a direction when it is told that it is blocked, until it is not. */
    Setup pausingWhenBlocked() {
      pausingWhenBlocked = true;
      return this;
    }

    Setup transfers(TransferListener listener) {
      transfers = listener;
      return this;
    }

    /** The client speaks TLS to the relay. */
    Setup clientTls(SslContext context) {
      clientTls = context;
      return this;
    }

    private boolean readsBefore() {
      return beginningLate || greeting.length > 0;
    }

    Tunnel open() throws IOException {
      return new Tunnel(this);
    }
  }

  private Tunnel(Setup setup) throws IOException {
    this.setup = setup;
    Transport transport = setup.transport;
    group = new MultiThreadIoEventLoopGroup(2, transport.handlers());
    engine = new RelayEngine(setup.options);
    boolean readsBefore = setup.readsBefore();
    if (setup.receiveBuffer > 0) {
      origin.setReceiveBufferSize(setup.receiveBuffer);
    }
    listener =
        new ServerBootstrap()
            .group(group)
            .channelFactory(transport::newListener)
            .childOption(ChannelOption.AUTO_READ, readsBefore)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(new Accepted())
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
    client = new Socket();
    if (setup.receiveBuffer > 0) {
      client.setReceiveBufferSize(setup.receiveBuffer);
    }
    client.connect(listener.localAddress(), DEADLINE_MILLIS);
    client.getOutputStream().write(setup.greeting);
    upstream = origin.accept();
    connected.orTimeout(DEADLINE_MILLIS, TimeUnit.MILLISECONDS).join();
    upstream.getOutputStream().write(setup.greeting);
    for (Socket socket : new Socket[] {client, upstream}) {
      socket.setSoTimeout(DEADLINE_MILLIS);
      socket.setTcpNoDelay(true);
    }
  }

  Tunnel(RelayOptions options, byte[] greeting, int receiveBuffer) throws IOException {
    this(new Setup(options).greeting(greeting).receiveBuffer(receiveBuffer));
  }

  Tunnel(RelayOptions options) throws IOException {
    this(new Setup(options));
  }

  /** Connects onwards when a client was accepted, and relays when all greetings have arrived. */
  private final class Accepted extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel accepted) {
      if (setup.clientTls != null) {
        accepted.pipeline().addLast(setup.clientTls.newHandler(accepted.alloc()));
      }
      accepted.pipeline().addLast(new EarlyBytes());
      boolean readsBefore = setup.readsBefore();
      new Bootstrap()
          .group(setup.apart ? otherLoop(accepted.eventLoop()) : accepted.eventLoop())
          .channelFactory(setup.transport::newSocket)
          .option(ChannelOption.AUTO_READ, readsBefore)
          .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
          .handler(new EarlyBytes())
          .connect(origin.getLocalSocketAddress())
          .addListener(
              done -> {
                Channel next = ((ChannelFuture) done).channel();
                connected.complete(null);
                // Time for the greetings to be read by Netty, and not by the relay.
                next.eventLoop()
                    .schedule(
                        () -> engine.relay(accepted, next, new Recorder()),
                        readsBefore ? 200 : 0,
                        TimeUnit.MILLISECONDS);
              });
    }

    private EventLoop otherLoop(EventLoop loop) {
      EventLoop next = group.next();
      return next.equals(loop) ? group.next() : next;
    }
  }

  /** Keeps what the relay tells. */
  private final class Recorder implements RelayListener {
    @Override
    public void began(OpenTunnel tunnel) {
      open.complete(tunnel);
    }

    @Override
    public void blocked(Direction direction) {
      events.add("blocked " + direction);
      if (setup.pausingWhenBlocked) {
        open.join().pause(direction);
      }
    }

    @Override
    public void unblocked(Direction direction) {
      events.add("unblocked " + direction);
      if (setup.pausingWhenBlocked) {
        open.join().resume(direction);
      }
    }

    @Override
    public @Nullable TransferListener transfers() {
      return setup.transfers;
    }

    @Override
    public void ended(TunnelStats stats) {
      ended.complete(stats);
    }
  }

  /** The tunnel's handle, once it has begun. */
  OpenTunnel open() throws InterruptedException, ExecutionException, TimeoutException {
    return open.get(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What the listener was told besides the beginning and the end, in order. */
  Queue<String> events() {
    return events;
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

  /** That a peer sees a reset now, or soon. */
  static void assertReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  static void writeUntilItFails(Socket socket) throws IOException {
    while (true) {
      socket.getOutputStream().write(new byte[10_000]);
    }
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
