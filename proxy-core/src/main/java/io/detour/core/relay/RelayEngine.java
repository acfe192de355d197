package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.PipeBudget;
import io.detour.core.sys.LinuxKernel;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relays tunnels: give it two connected channels, and it moves the bytes both ways until both
 * directions have ended.
 *
 * <p>Two epoll sockets are taken out of Netty and relayed by system calls, spliced where that pays.
 * Any other channels, of NIO or with TLS on either side, are relayed through Netty (the portable
 * relay), with the same semantics as far as the transport has them.
 *
 * <p>One engine serves any number of event loops and tunnels; what the tunnels of an event loop
 * share is made when the first comes. Close the engine before the event loops shut down.
 */
public final class RelayEngine implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(RelayEngine.class);

  private static final int CLOSE_SECONDS = 5;

  private final RelayOptions options;
  private final PipeBudget pipes;

  /** Whether this system has the calls that the relay of sockets makes. */
  private final boolean hasCalls;

  private final Map<EventLoop, RelayLoop> loops = new ConcurrentHashMap<>();
  private final RelayStatistics statistics = new Sums();
  private volatile boolean closed;

  public RelayEngine(RelayOptions options) {
    this.options = options;
    this.hasCalls = hasCalls();
    this.pipes = new PipeBudget(hasCalls ? pipeLimit(options) : 0);
  }

  private static boolean hasCalls() {
    try {
      LinuxKernel.probe();
      return true;
    } catch (LinkageError e) {
      logger.debug("no relay by system calls", e);
      return false;
    }
  }

  private static int pipeLimit(RelayOptions options) {
    if (options.mode() == RelayMode.COPY) {
      return 0;
    }
    return options.pipes() != RelayOptions.AUTOMATIC
        ? options.pipes()
        : PipeLimit.automatic(Path.of("/proc"), options.pipeBytes());
  }

  /**
   * Takes two connected channels over and relays between them. Whatever is still to be written by
   * Netty must be written before; bytes that a peer sent in the meantime go first ({@link
   * EarlyBytes}).
   *
   * <p>Any thread; the tunnel lives on the client's event loop. An upstream socket of another epoll
   * event loop is moved there. From here on the channels belong to the relay: it removes their
   * handlers (but for {@link SslHandler}), reads, writes and closes them.
   *
   * @param upstream a connected channel; of the same event loop, unless both are epoll sockets
   *     without TLS
   * @throws IllegalArgumentException if the channels cannot be relayed; nothing was touched then
   */
  public void relay(Channel client, Channel upstream, RelayListener listener) {
    if (client.equals(upstream) || !isConnection(client) || !isConnection(upstream)) {
      throw new IllegalArgumentException(
          "channels: " + client + ", " + upstream + " (expected: two connections)");
    }
    boolean bySockets = isSocket(client) && isSocket(upstream);
    if (!bySockets && !client.eventLoop().equals(upstream.eventLoop())) {
      throw new IllegalArgumentException(
          "channels: on two event loops (expected: both on the same, since "
              + (isSocket(client) ? upstream : client)
              + " is no plain epoll socket, which alone can be moved)");
    }
    EventLoop home = client.eventLoop();
    if (home.inEventLoop()) {
      begin(bySockets, client, upstream, listener);
    } else {
      home.execute(() -> begin(bySockets, client, upstream, listener));
    }
  }

  private static boolean isConnection(Channel channel) {
    return !(channel instanceof ServerChannel || channel instanceof DatagramChannel);
  }

  private boolean isSocket(Channel channel) {
    return hasCalls
        && channel instanceof UnixChannel
        && channel.eventLoop() instanceof IoEventLoop loop
        && loop.isCompatible(EpollIoHandle.class)
        && channel.pipeline().get(SslHandler.class) == null;
  }

  private void begin(boolean bySockets, Channel client, Channel upstream, RelayListener listener) {
    RelayLoop loop = loops.computeIfAbsent(client.eventLoop(), this::newLoop);
    if (closed) {
      loop.shutDown(CloseReason.DRAIN);
    }
    if (bySockets) {
      Handoff.begin(loop, client, upstream, listener);
    } else {
      PortableRelay.begin(loop, client, upstream, listener);
    }
  }

  private RelayLoop newLoop(EventLoop eventLoop) {
    if (!hasCalls) {
      return new RelayLoop(eventLoop, options, null, null, new RelayTotals());
    }
    LinuxKernel kernel = new LinuxKernel();
    ConduitPool conduits =
        new ConduitPool(kernel, pipes, options.pipeBytes(), options.copyBufferBytes());
    return new RelayLoop(eventLoop, options, kernel, conduits, new RelayTotals());
  }

  /** What all tunnels did so far. */
  public RelayStatistics statistics() {
    return statistics;
  }

  /**
   * Shows all tunnels that are open, each on its event loop. Any thread; does not wait.
   *
   * @return done when all were shown, on an event loop that must not be held up; failed if the
   *     visitor threw, which keeps no other tunnel from being shown
   */
  public CompletableFuture<Void> visit(TunnelVisitor visitor) {
    return onEachLoop(loop -> loop.visit(visitor));
  }

  /**
   * Closes all tunnels. Any thread.
   *
   * @param reason is counted; none of the clean ends
   * @return done when they are closed
   * @throws IllegalArgumentException if the reason is a clean end
   */
  public CompletableFuture<Void> closeAll(CloseReason reason) {
    RelayedTunnel.requireCut(reason);
    return runOnEachLoop(loop -> loop.closeAll(reason));
  }

  /**
   * Closes all tunnels, and the pipes and buffers of all loops; channels that are handed over later
   * are closed at once. Waits, at most 5 s; not on an event loop.
   */
  @Override
  public void close() {
    closed = true;
    var _ =
        runOnEachLoop(loop -> loop.shutDown(CloseReason.DRAIN))
            .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
            .join();
  }

  private CompletableFuture<Void> runOnEachLoop(Consumer<RelayLoop> action) {
    return onEachLoop(
        loop -> CompletableFuture.runAsync(() -> action.accept(loop), loop.eventLoop()));
  }

  private CompletableFuture<Void> onEachLoop(Function<RelayLoop, CompletableFuture<Void>> action) {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (RelayLoop loop : loops.values()) {
      try {
        all.add(action.apply(loop));
      } catch (RejectedExecutionException e) {
        logger.debug("an event loop has ended, and its tunnels with it", e);
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  private final class Sums implements RelayStatistics {
    private long sum(ToLongFunction<RelayLoop> value) {
      return loops.values().stream().mapToLong(value).sum();
    }

    @Override
    public long relayedBytes(Direction direction, RelayPath path) {
      return sum(loop -> loop.totals().relayedBytes(direction, path));
    }

    @Override
    public long openTunnels(RelayPath path) {
      return sum(loop -> loop.totals().open(path));
    }

    @Override
    public long endedTunnels(RelayPath path) {
      return sum(loop -> loop.totals().ended(path));
    }

    @Override
    public long closes(CloseReason reason) {
      return sum(loop -> loop.totals().closes(reason));
    }

    @Override
    public long spliceFallbacks(SpliceFallback reason) {
      return sum(loop -> loop.totals().fallbacks(reason));
    }

    @Override
    public long leasedPipes() {
      return hasCalls ? sum(loop -> loop.conduits().leasedPipes()) : 0;
    }

    @Override
    public long pooledPipes() {
      return hasCalls ? sum(loop -> loop.conduits().pooledPipes()) : 0;
    }

    @Override
    public long pipesLimit() {
      return pipes.limit();
    }
  }
}
