package io.detour.core.tcp;

import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The one connect of a channel, until it has succeeded or failed. On the channel's event loop. */
final class TcpConnect {
  private final TcpChannel channel;
  private final Socket socket;
  private final InetSocketAddress to;
  private final ChannelPromise promise;
  private @Nullable Future<?> timeout;

  enum State {
    PENDING,
    CONNECTED,
    /** The promise has been told why. */
    FAILED
  }

  TcpConnect(TcpChannel channel, Socket socket, InetSocketAddress to, ChannelPromise promise) {
    this.channel = channel;
    this.socket = socket;
    this.to = to;
    this.promise = promise;
  }

  /**
   * Calls {@code connect(2)}; false if it has failed, of which the promise has been told. Success,
   * also if it is immediate, shows as an event of a writable socket.
   */
  boolean begin() {
    try {
      socket.connect(to);
    } catch (IOException e) {
      fail(e);
      return false;
    }
    int millis = channel.config().getConnectTimeoutMillis();
    if (millis > 0) {
      timeout = channel.eventLoop().schedule(this::timeOut, millis, TimeUnit.MILLISECONDS);
    }
    return true;
  }

  /** Asks the kernel what has become of it, once it says that the socket is writable. */
  State look() {
    try {
      if (!socket.finishConnect() || socket.remoteAddress() == null) {
        return State.PENDING;
      }
    } catch (IOException e) {
      fail(e);
      return State.FAILED;
    }
    cancelTimeout();
    return State.CONNECTED;
  }

  /** Tells the promise; false if nobody waits for it any more. */
  boolean succeed() {
    return promise.trySuccess();
  }

  void fail(IOException cause) {
    cancelTimeout();
    promise.tryFailure(cause);
  }

  private void timeOut() {
    if (promise.tryFailure(new ConnectTimeoutException("no answer in time: " + to))) {
      channel.unsafe().close(channel.voidPromise());
    }
  }

  private void cancelTimeout() {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }
}
