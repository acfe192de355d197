package io.detour.server.dial;

import io.detour.server.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One dial from the lookup to its result. Everything happens on its event loop, which writes all
 * fields; it owns the channel that is being connected until the result is told.
 */
final class PendingDial implements Dial, NameResolver.Waiting, ChannelFutureListener {
  private final int port;
  private final EventLoop loop;
  private final Transport transport;
  private final OwnAddresses own;
  private final int connectTimeoutMillis;
  private final long connectingNanos;
  private final Receiver<DialResult> done;

  private NameResolver.@Nullable Lookup lookup;
  private long lookupNanoTime;
  private long dnsNanos;

  private List<InetAddress> addresses = List.of();
  private @Nullable SocketChannel connecting;
  private int attempts;
  private long connectNanoTime;
  private @Nullable DialError failure;

  /** Whether the caller has no handle yet, so that the result has to wait. */
  private boolean starting = true;

  /** Whether the result was told or nobody wants it any more. */
  private boolean over;

  /**
   * @param connectTimeoutMillis the longest one address is tried
   * @param timeouts how many connect timeouts all addresses may take together
   */
  PendingDial(
      int port,
      EventLoop loop,
      Transport transport,
      OwnAddresses own,
      int connectTimeoutMillis,
      int timeouts,
      Receiver<DialResult> done) {
    this.port = port;
    this.loop = loop;
    this.transport = transport;
    this.own = own;
    this.connectTimeoutMillis = connectTimeoutMillis;
    this.connectingNanos = TimeUnit.MILLISECONDS.toNanos((long) timeouts * connectTimeoutMillis);
    this.done = done;
  }

  /** Starts with a host that needs no lookup. */
  void start(Resolution known) {
    proceed(known);
    starting = false;
  }

  /** Starts with a name. */
  void start(NameResolver resolver, String name) {
    lookupNanoTime = System.nanoTime();
    Resolution cached = resolver.resolve(name, this);
    if (cached != null) {
      resolved(cached);
    }
    starting = false;
  }

  @Override
  public void waitFor(NameResolver.Lookup running) {
    lookup = running;
  }

  @Override
  public void resolved(Resolution resolution) {
    if (over) {
      return;
    }
    lookup = null;
    dnsNanos = System.nanoTime() - lookupNanoTime;
    proceed(resolution);
  }

  private void proceed(Resolution resolution) {
    switch (resolution) {
      case Resolution.Addresses found -> {
        addresses = found.inOrder();
        connectNext();
      }
      case Resolution.Unresolved unresolved ->
          finish(
              new DialResult.Failed(
                  unresolved.error(), unresolved.details(), unresolved.rcode(), 0, dnsNanos, 0));
    }
  }

  private void connectNext() {
    long leftMillis = leftMillis();
    if (attempts == addresses.size() || leftMillis <= 0) {
      fail(failure == null ? DialError.DNS_ERROR : failure);
      return;
    }
    InetSocketAddress remote = new InetSocketAddress(addresses.get(attempts), port);
    if (own.contains(remote)) {
      fail(DialError.PROXY_LOOP);
      return;
    }
    if (attempts++ == 0) {
      connectNanoTime = System.nanoTime();
    }
    try {
      connect(remote, (int) Math.min(connectTimeoutMillis, leftMillis));
    } catch (ChannelException e) {
      // socket(2), setsockopt(2) or registering failed: another address would fare no better.
      if (connecting != null) {
        connecting.unsafe().closeForcibly();
        connecting = null;
      }
      fail(ConnectFailures.classify(e));
    }
  }

  /** Nobody waits for a hundred addresses that do not answer. Rounded up. */
  private long leftMillis() {
    long millisecond = TimeUnit.MILLISECONDS.toNanos(1);
    return Math.ceilDiv(connectingNanos - connectNanos(), millisecond);
  }

  /** Without a bootstrap: its handler, its copies of the options and its extra task cost time. */
  private void connect(InetSocketAddress remote, int timeoutMillis) {
    SocketChannel channel = transport.sockets().newChannel();
    connecting = channel;
    SocketChannelConfig config = channel.config();
    config.setAutoRead(false);
    config.setAllowHalfClosure(true);
    config.setConnectTimeoutMillis(timeoutMillis);
    config.setTcpNoDelay(true);
    ChannelFuture registered = loop.register(channel);
    if (registered.isSuccess()) {
      channel.connect(remote).addListener(this);
    } else {
      throw new ChannelException("register " + channel, registered.cause());
    }
  }

  /** An attempt has ended. */
  @Override
  public void operationComplete(ChannelFuture attempt) {
    if (attempt.isSuccess() && !over) {
      SocketChannel upstream = (SocketChannel) attempt.channel();
      finish(
          new DialResult.Connected(
              upstream, upstream.remoteAddress(), attempts, dnsNanos, connectNanos()));
      return;
    }
    close(attempt.channel());
    if (over) {
      return;
    }
    connecting = null;
    remember(ConnectFailures.classify(attempt.cause()));
    connectNext();
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

  private void fail(DialError error) {
    finish(new DialResult.Failed(error, error.details(), null, attempts, dnsNanos, connectNanos()));
  }

  private long connectNanos() {
    return attempts == 0 ? 0 : System.nanoTime() - connectNanoTime;
  }

  private void finish(DialResult result) {
    if (starting) {
      loop.execute(() -> tell(result));
    } else {
      tell(result);
    }
  }

  private void tell(DialResult result) {
    if (over) {
      return;
    }
    over = true;
    connecting = null;
    done.tell(result);
  }

  @Override
  public void cancel() {
    if (over) {
      return;
    }
    over = true;
    if (lookup != null) {
      lookup.leave(this);
      lookup = null;
    }
    if (connecting != null) {
      close(connecting);
      connecting = null;
    }
  }

  /** At once: the descriptor is free when this returns. */
  private static void close(Channel channel) {
    channel.unsafe().close(channel.voidPromise());
  }
}
