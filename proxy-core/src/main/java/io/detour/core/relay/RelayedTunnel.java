package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.TunnelStats;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every relay is, however it moves bytes: two directions, timeouts, a place in the list of its
 * event loop, an account, and an end that comes once.
 */
abstract sealed class RelayedTunnel implements OpenTunnel permits Relay, PortableRelay {
  private static final Logger logger = LoggerFactory.getLogger(RelayedTunnel.class);

  final RelayLoop loop;
  private final RelayListener listener;
  private final long startNanos;
  private RelayPath countedPath;
  private boolean closed;
  private boolean peersWatched;

  /** What had gone upstream when the first byte reached the client; below 0 before that. */
  private long openingBytes = -1;

  /** The direction that ended first, while the other goes on. */
  private @Nullable Direction endedFirst;

  // The list of the event loop's tunnels, kept by RelayLoop.
  @Nullable RelayedTunnel previous;
  @Nullable RelayedTunnel next;

  /** It is counted on this path until bytes say another. */
  RelayedTunnel(RelayLoop loop, RelayListener listener, RelayPath path) {
    this.loop = loop;
    this.listener = listener;
    this.countedPath = path;
    this.startNanos = loop.clock();
  }

  /**
   * Is counted and swept from now on, and its listener is told. First of all, once.
   *
   * @return whether the tunnel is still open
   */
  final boolean enlist() {
    guarded(
        () -> {
          loop.totals().opened(countedPath);
          loop.add(this);
          listener.began(this);
        });
    if (loop.isShutDown()) {
      closeNow(CloseReason.DRAIN);
    }
    return !closed;
  }

  /** One of the two directions. */
  abstract Transit transit(Direction direction);

  abstract void setPaused(Direction direction, boolean paused);

  /** Notices bytes that were taken in part, as far as nobody has told of them. */
  void noteProgress() {}

  /** A side is lost, and what it sent is on its way to the other. */
  abstract boolean isEnding();

  /** Closes if the survivor has taken nothing of that for the write-stall timeout. */
  abstract void expireEnding();

  /** Not before the first sweep: most tunnels of a browser do not live that long. Once. */
  abstract void watchPeers();

  /** Closes both sides and gives back what they hold. */
  abstract void release(boolean cut);

  final @Nullable TransferListener transferListener() {
    return listener.transfers();
  }

  /** Tells the listener when a direction has become blocked, or is so no longer. */
  final void noteBlocked(Transit transit, boolean blocked) {
    if (transit.toldBlocked == blocked) {
      return;
    }
    transit.toldBlocked = blocked;
    if (blocked) {
      listener.blocked(transit.direction);
    } else {
      listener.unblocked(transit.direction);
    }
  }

  /**
   * Notices that the first bytes have reached the client. What the client says to them is not read
   * before this method returns, so that it is told from what was said before.
   */
  final void noteAnswer() {
    if (openingBytes < 0 && deliveredBytes(Direction.DOWNSTREAM) > 0) {
      openingBytes = deliveredBytes(Direction.UPSTREAM);
    }
  }

  /** Counts the tunnel as spliced while at least one direction is. */
  final void followPath() {
    RelayPath current = path();
    if (current != countedPath && !closed) {
      loop.totals().moved(countedPath, current);
      countedPath = current;
    }
  }

  /** A direction has ended: when it is the second, so has the tunnel. */
  final void directionEnded(Direction direction) {
    if (endedFirst == null) {
      endedFirst = direction;
    } else {
      closeNow(
          endedFirst == Direction.UPSTREAM ? CloseReason.CLIENT_FIN : CloseReason.UPSTREAM_FIN);
    }
  }

  /** Looks at the timeouts. Called by the loop's sweep. */
  final void expire() {
    try {
      noteProgress();
      if (isEnding()) {
        expireEnding();
      } else {
        expireRelaying();
      }
      if (!closed && !isEnding() && !peersWatched) {
        peersWatched = true;
        watchPeers();
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /** While bytes wait for a side that does not take them, only the write-stall timeout counts. */
  private void expireRelaying() {
    RelayOptions options = loop.options();
    Transit up = transit(Direction.UPSTREAM);
    Transit down = transit(Direction.DOWNSTREAM);
    if (up.holdsBytes() || down.holdsBytes()) {
      if (stalled(up) || stalled(down)) {
        closeNow(CloseReason.WRITE_STALL);
      }
      return;
    }
    if (up.paused() || down.paused()) {
      return;
    }
    long moved = Math.max(up.movedNanos(), down.movedNanos());
    if (endedFirst != null && loop.isOver(options.halfClose(), moved)) {
      closeNow(CloseReason.HALF_CLOSE_TIMEOUT);
    } else if (loop.isOver(options.idle(), moved)) {
      closeNow(CloseReason.IDLE_TIMEOUT);
    }
  }

  private boolean stalled(Transit transit) {
    return transit.holdsBytes() && loop.isOver(loop.options().writeStall(), transit.movedNanos());
  }

  final void failed(Throwable bug) {
    logger.error("relay failed, the tunnel is closed", bug);
    closeNow(CloseReason.ERROR);
  }

  /**
   * Releases everything, and accounts. Once, on the event loop. A direction that is cut ends with a
   * reset, so that nobody takes what came for the whole.
   */
  final void closeNow(CloseReason reason) {
    if (closed) {
      return;
    }
    closed = true;
    loop.remove(this);
    RelayPath path = path();
    loop.totals().moved(countedPath, path);
    release(isCut(reason));
    loop.totals().closed(path, reason);
    tellEnded(
        new TunnelStats(
            deliveredBytes(Direction.UPSTREAM),
            deliveredBytes(Direction.DOWNSTREAM),
            openingBytes < 0 ? deliveredBytes(Direction.UPSTREAM) : openingBytes,
            path,
            reason,
            age()));
  }

  private void tellEnded(TunnelStats stats) {
    try {
      listener.ended(stats);
    } catch (RuntimeException | Error e) {
      logger.error("a listener failed when its tunnel had ended", e);
    }
  }

  /** Whether a tunnel that ends for this reason could have gone on. */
  private static boolean isCut(CloseReason reason) {
    return switch (reason) {
      case CLIENT_FIN, UPSTREAM_FIN -> false;
      case CLIENT_RESET, UPSTREAM_RESET -> true;
      case IDLE_TIMEOUT, HALF_CLOSE_TIMEOUT, WRITE_STALL -> true;
      case DRAIN, KILLED, ERROR -> true;
    };
  }

  final boolean isClosed() {
    return closed;
  }

  @Override
  public final Duration age() {
    return Duration.ofNanos(loop.clock() - startNanos);
  }

  /** Shows itself, if it is still open. */
  final void accept(TunnelVisitor visitor) {
    if (!closed) {
      visitor.visit(this, listener);
    }
  }

  @Override
  public final void pause(Direction direction) {
    later(
        () -> {
          if (!transit(direction).ended() && !isEnding()) {
            setPaused(direction, true);
          }
        });
  }

  @Override
  public final void resume(Direction direction) {
    later(() -> setPaused(direction, false));
  }

  @Override
  public final void close(CloseReason reason) {
    requireCut(reason);
    later(() -> closeNow(reason));
  }

  /**
   * @throws IllegalArgumentException if a tunnel ends for this reason by itself only
   */
  static void requireCut(CloseReason reason) {
    if (!isCut(reason)) {
      throw new IllegalArgumentException(
          "reason: " + reason + " (expected: none of the ends that a tunnel comes to by itself)");
    }
  }

  /** Never at once: the command may come from a listener in the middle of a turn. */
  private void later(Runnable command) {
    try {
      loop.eventLoop()
          .execute(
              () -> {
                if (!closed) {
                  guarded(command);
                }
              });
    } catch (RejectedExecutionException e) {
      logger.debug("the event loop has ended, and the tunnel with it", e);
    }
  }

  /** Does a step; what it throws is a bug or a listener's, and closes the tunnel. */
  final void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  @Override
  public final RelayPath path(Direction direction) {
    return transit(direction).path();
  }

  @Override
  public final long deliveredBytes(Direction direction) {
    return transit(direction).deliveredBytes();
  }

  @Override
  public final EventExecutor eventLoop() {
    return loop.eventLoop();
  }
}
