package io.detour.server.dial;

import io.detour.server.account.DialCounts;
import io.detour.server.status.DialError;
import io.detour.server.transport.ConnectErrors;
import io.detour.server.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the first of several addresses that answers (RFC 8305 5). An address that is silent
 * for {@link #ATTEMPT_DELAY_MILLIS} gets company from the next one, and one that fails makes way
 * for it at once; the first connection wins, and all others are closed. Addresses may be added
 * while it runs. Everything happens on one event loop, which writes all fields; it owns the
 * channels until one is handed out.
 */
final class AddressRace {
  /** The Connection Attempt Delay of RFC 8305 8. */
  static final long ATTEMPT_DELAY_MILLIS = 250;

  /**
   * The Minimum Connection Attempt Delay of RFC 8305 8: what has just been started gets at least so
   * long, even if an older attempt fails.
   */
  static final long MIN_DELAY_MILLIS = 100;

  /** A name with many silent addresses does not take many descriptors. */
  static final int MAX_AT_ONCE = 8;

  private final int port;
  private final EventLoop loop;
  private final Transport transport;
  private final int timeoutMillis;
  private final int timeouts;
  private final AddressOrder queue;
  private final DialCounts statistics;
  private final List<Attempt> running = new ArrayList<>(1);
  private int attempts;
  private long firstNanoTime;
  private long lastNanoTime;

  /** The last attempt as long as that runs. */
  private @Nullable Attempt last;

  /** The next attempt, if it is planned. */
  private @Nullable Future<?> next;

  private @Nullable DialError failure;
  private boolean moreToCome = true;

  /** Gets the winner, or the most telling failure; null as long as the race has not begun. */
  private @Nullable BiConsumer<@Nullable DuplexChannel, @Nullable DialError> finish;

  private boolean over;

  private record Attempt(Channel channel, InetAddress address, long sinceNanos) {}

  /** Tries one address for the timeout, and all together for so many of them. */
  AddressRace(
      int port,
      EventLoop loop,
      Transport transport,
      int timeoutMillis,
      int timeouts,
      AddressOrder queue,
      DialCounts statistics) {
    this.port = port;
    this.loop = loop;
    this.transport = transport;
    this.timeoutMillis = timeoutMillis;
    this.timeouts = timeouts;
    this.queue = queue;
    this.statistics = statistics;
  }

  int port() {
    return port;
  }

  int attempts() {
    return attempts;
  }

  /** Time since the first attempt in nanoseconds, 0 without one. */
  long connectNanos() {
    return attempts == 0 ? 0 : System.nanoTime() - firstNanoTime;
  }

  /**
   * Begins with the addresses that are in the queue by now.
   *
   * @param ended called once: with the first connection, which is the receiver's, or with the most
   *     telling failure, or with neither if there was no address
   */
  void start(BiConsumer<@Nullable DuplexChannel, @Nullable DialError> ended) {
    finish = ended;
    attempt();
  }

  boolean isStarted() {
    return finish != null;
  }

  /** Addresses were added to the queue, and {@code more} may follow. */
  void added(boolean more) {
    moreToCome = more;
    if (finish != null && !over && next == null) {
      proceed(ATTEMPT_DELAY_MILLIS);
    }
  }

  /** Starts the next attempt if the last one has failed, or plans it for so long after that. */
  private void proceed(long delayMillis) {
    if (last == null) {
      attempt();
    } else if (!queue.isEmpty() && running.size() < MAX_AT_ONCE) {
      long delayNanos =
          TimeUnit.MILLISECONDS.toNanos(delayMillis) - (System.nanoTime() - lastNanoTime);
      next = loop.schedule(this::attempt, delayNanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Starts an attempt, or ends the race if there is nothing left to wait for. */
  private void attempt() {
    cancelNext();
    long leftMillis = leftMillis();
    if (leftMillis <= 0) {
      giveUpOthers(DialError.CONNECTION_TIMEOUT);
    }
    InetAddress address = queue.next();
    if (address == null) {
      if (running.isEmpty() && !moreToCome) {
        lose();
      }
      return;
    }
    lastNanoTime = System.nanoTime();
    if (attempts++ == 0) {
      firstNanoTime = lastNanoTime;
    }
    connect(new InetSocketAddress(address, port), (int) Math.min(timeoutMillis, leftMillis));
    if (!over && next == null) {
      proceed(ATTEMPT_DELAY_MILLIS);
    }
  }

  /** Nobody waits for a hundred addresses that do not answer. Rounded up. */
  private long leftMillis() {
    long allMillis = (long) timeouts * timeoutMillis;
    return allMillis - TimeUnit.NANOSECONDS.toMillis(connectNanos());
  }

  /** Without a bootstrap: its handler, its copies of the options and its extra task cost time. */
  private void connect(InetSocketAddress remote, int timeoutMillis) {
    DuplexChannel channel = null;
    try {
      channel = transport.sockets().apply(remote.getAddress());
      ChannelConfig config = channel.config();
      config.setAutoRead(false);
      config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      config.setConnectTimeoutMillis(timeoutMillis);
      config.setOption(ChannelOption.TCP_NODELAY, true);
      ChannelFuture registered = loop.register(channel);
      if (!registered.isSuccess()) {
        throw new ChannelException("register " + channel, registered.cause());
      }
    } catch (ChannelException e) {
      // socket(2), setsockopt(2) or registering failed: another address would fare no better.
      if (channel != null) {
        channel.unsafe().closeForcibly();
      }
      statistics.ended(remote.getAddress(), DialCounts.Attempt.FAILURE);
      giveUpOthers(ConnectErrors.classify(e));
      return;
    }
    Attempt attempt = new Attempt(channel, remote.getAddress(), lastNanoTime);
    running.add(attempt);
    last = attempt;
    channel.connect(remote).addListener(connected -> ended(attempt, connected));
  }

  private void ended(Attempt attempt, Future<?> connected) {
    running.remove(attempt);
    if (connected.isSuccess() && !over && finish != null) {
      statistics.ended(attempt.address, DialCounts.Attempt.SUCCESS);
      queue.ended(attempt.address, true);
      passOver(attempt);
      stop();
      finish.accept((DuplexChannel) attempt.channel, null);
      return;
    }
    close(attempt.channel);
    if (over) {
      statistics.ended(attempt.address, DialCounts.Attempt.ABANDONED);
      return;
    }
    statistics.ended(attempt.address, DialCounts.Attempt.FAILURE);
    DialError error = ConnectErrors.classify(connected.cause());
    remember(error);
    if (error != DialError.RESOURCES) {
      queue.ended(attempt.address, false);
    }
    cancelNext();
    if (attempt.equals(last)) {
      last = null;
    }
    proceed(MIN_DELAY_MILLIS);
  }

  /** Those that had their chance before the winner's and are silent still fail, in effect. */
  private void passOver(Attempt winner) {
    for (Attempt attempt : running) {
      long aheadNanos = winner.sinceNanos - attempt.sinceNanos;
      if (aheadNanos >= TimeUnit.MILLISECONDS.toNanos(ATTEMPT_DELAY_MILLIS)) {
        queue.ended(attempt.address, false);
      }
    }
  }

  /** No further address is tried; those that are may still answer. */
  private void giveUpOthers(DialError reason) {
    queue.clear();
    moreToCome = false;
    if (failure == null || reason == DialError.RESOURCES) {
      remember(reason);
    }
  }

  /**
   * Keeps the last failure, but what the target's side told beats what this machine could not do:
   * the IPv6 address of a host is unroutable wherever there is no IPv6, and that hides nothing.
   */
  private void remember(DialError error) {
    if (failure == null || failure.isLocal() || !error.isLocal()) {
      failure = error;
    }
  }

  private void lose() {
    stop();
    if (finish != null) {
      finish.accept(null, failure);
    }
  }

  /** Every descriptor but a winner's is free when this returns. Tells nobody. */
  void stop() {
    over = true;
    cancelNext();
    for (Attempt attempt : List.copyOf(running)) {
      close(attempt.channel);
    }
    running.clear();
  }

  private void cancelNext() {
    if (next != null) {
      next.cancel(false);
      next = null;
    }
  }

  /** At once: the descriptor is free when this returns. */
  private static void close(Channel channel) {
    channel.unsafe().close(channel.voidPromise());
  }
}
