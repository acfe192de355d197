package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.PipeBudget;
import io.detour.core.sys.LinuxKernel;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Relays tunnels: give it two connected channels, and it moves the bytes both ways until both
 * directions have ended.
 *
 * <p>One engine serves any number of event loops and tunnels; what the tunnels of an event loop
 * share is made when the first comes. Close the engine before the event loops shut down.
 */
public final class RelayEngine implements AutoCloseable {
  private static final int COPY_BUFFER_BYTES = 64 * 1024;

  /**
   * Without pipes the buffer is all there is: a larger one takes fewer system calls for a stream.
   */
  private static final int COPY_ONLY_BUFFER_BYTES = 256 * 1024;

  private final RelayOptions options;
  private final PipeBudget pipes;
  private final Map<EventLoop, RelayLoop> loops = new ConcurrentHashMap<>();
  private final RelayStatistics statistics = new Sums();
  private volatile boolean closed;

  /**
   * @param options how all tunnels behave
   * @throws ExceptionInInitializerError if the C library lacks a call, as on another system than
   *     Linux
   */
  public RelayEngine(RelayOptions options) {
    LinuxKernel.probe();
    this.options = options;
    this.pipes = new PipeBudget(pipeLimit(options));
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
   * <p>On the event loop of both channels. From here on the channels belong to the relay: it
   * removes their handlers, and closes them.
   *
   * @param client an epoll socket channel
   * @param upstream an epoll socket channel of the same event loop
   * @param listener hears when the tunnel has ended
   * @throws IllegalArgumentException if the channels are not such; nothing was touched then
   */
  public void relay(Channel client, Channel upstream, RelayListener listener) {
    String refusal = Handoff.refusal(client, upstream);
    if (refusal != null) {
      throw new IllegalArgumentException(refusal);
    }
    RelayLoop loop = loopOf(client.eventLoop());
    if (closed) {
      loop.shutDown(CloseReason.DRAIN);
    }
    Handoff.begin(loop, client, upstream, listener);
  }

  private RelayLoop loopOf(EventLoop eventLoop) {
    return loops.computeIfAbsent(eventLoop, key -> newLoop((IoEventLoop) key));
  }

  private RelayLoop newLoop(IoEventLoop eventLoop) {
    LinuxKernel kernel = new LinuxKernel();
    int bufferBytes = options.mode() == RelayMode.COPY ? COPY_ONLY_BUFFER_BYTES : COPY_BUFFER_BYTES;
    ConduitPool conduits = new ConduitPool(kernel, pipes, options.pipeBytes(), bufferBytes);
    return new RelayLoop(eventLoop, options, kernel, conduits, new RelayTotals());
  }

  /** What all tunnels did so far. */
  public RelayStatistics statistics() {
    return statistics;
  }

  /**
   * Closes all tunnels. Any thread.
   *
   * @return done when they are closed
   */
  public CompletableFuture<Void> closeAll(CloseReason reason) {
    return onEachLoop(loop -> loop.closeAll(reason));
  }

  /**
   * Closes all tunnels, and the pipes and buffers of all loops; channels that are handed over later
   * are closed at once. Waits; not on an event loop.
   */
  @Override
  public void close() {
    closed = true;
    onEachLoop(loop -> loop.shutDown(CloseReason.DRAIN)).join();
  }

  private CompletableFuture<Void> onEachLoop(Consumer<RelayLoop> action) {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (RelayLoop loop : loops.values()) {
      all.add(CompletableFuture.runAsync(() -> action.accept(loop), loop.eventLoop()));
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
    public long leasedPipes() {
      return sum(loop -> loop.conduits().leasedPipes());
    }

    @Override
    public long pooledPipes() {
      return sum(loop -> loop.conduits().pooledPipes());
    }

    @Override
    public long pipesLimit() {
      return pipes.limit();
    }
  }
}
