package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.TunnelStats;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A relay in front of one target: whoever connects is relayed to it, all on one event loop. */
final class RelayServer implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 30;

  /** Of the thread that reads it: nanoseconds on a processor, and other figures. */
  private static final Path SCHEDULED = Path.of("/proc/thread-self/schedstat");

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final RelayEngine engine;
  private final SocketAddress target;
  private final int bufferBytes;
  private final Channel listener;
  private final BlockingQueue<TunnelStats> ended = new LinkedBlockingQueue<>();

  /**
   * @param bufferBytes size of the relay's socket buffers, 0 for what the kernel chooses
   */
  RelayServer(RelayOptions options, SocketAddress target, int bufferBytes) {
    this.engine = new RelayEngine(options);
    this.target = target;
    this.bufferBytes = bufferBytes;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Accepted());
    if (bufferBytes > 0) {
      bootstrap.option(ChannelOption.SO_RCVBUF, bufferBytes);
      bootstrap.childOption(ChannelOption.SO_SNDBUF, bufferBytes);
    }
    this.listener =
        bootstrap.bind(InetAddress.getLoopbackAddress(), 0).syncUninterruptibly().channel();
  }

  private final class Accepted extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel accepted) {
      accepted.pipeline().addLast(new EarlyBytes());
      Bootstrap bootstrap =
          new Bootstrap()
              .group(accepted.eventLoop())
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.AUTO_READ, false)
              .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
              .option(ChannelOption.TCP_NODELAY, true)
              .handler(new EarlyBytes());
      if (bufferBytes > 0) {
        bootstrap.option(ChannelOption.SO_RCVBUF, bufferBytes);
        bootstrap.option(ChannelOption.SO_SNDBUF, bufferBytes);
      }
      bootstrap
          .connect(target)
          .addListener(done -> connected(accepted, ((ChannelFuture) done).channel(), done.cause()));
    }
  }

  private void connected(Channel accepted, Channel next, @Nullable Throwable failure) {
    if (failure == null) {
      engine.relay(accepted, next, ended::add);
    } else {
      accepted.close();
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  RelayStatistics statistics() {
    return engine.statistics();
  }

  /** Bytes delivered either way on any path. */
  long relayedBytes() {
    return Arrays.stream(Direction.values()).mapToLong(this::relayedBytes).sum();
  }

  private long relayedBytes(Direction direction) {
    return Arrays.stream(RelayPath.values())
        .mapToLong(path -> statistics().relayedBytes(direction, path))
        .sum();
  }

  long openTunnels() {
    return Arrays.stream(RelayPath.values()).mapToLong(statistics()::openTunnels).sum();
  }

  long endedTunnels() {
    return Arrays.stream(RelayPath.values()).mapToLong(statistics()::endedTunnels).sum();
  }

  long closes() {
    return Arrays.stream(CloseReason.values()).mapToLong(statistics()::closes).sum();
  }

  /** The next tunnel that has ended, in the order of the ends. */
  TunnelStats ended() throws InterruptedException {
    TunnelStats stats = ended.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
    if (stats == null) {
      throw new AssertionError("no tunnel has ended within " + DEADLINE_SECONDS + " s");
    }
    return stats;
  }

  CompletableFuture<Void> visit(TunnelVisitor visitor) {
    return engine.visit(visitor);
  }

  void closeAll(CloseReason reason) {
    engine.closeAll(reason).join();
  }

  /** The processor time that the event loop has used so far. */
  Duration loopTime() throws Exception {
    String times = group.submit(() -> Files.readString(SCHEDULED)).get();
    return Duration.ofNanos(Long.parseLong(times.split(" ", 2)[0]));
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    engine.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
