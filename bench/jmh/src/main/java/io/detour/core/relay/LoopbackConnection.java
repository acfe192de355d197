package io.detour.core.relay;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A TCP connection of this process with itself. Both ends are non-blocking and send at once
 * (TCP_NODELAY).
 */
final class LoopbackConnection implements AutoCloseable {
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int NOTHING_TO_ACCEPT = -1;

  private final Socket first;
  private final Socket second;

  private LoopbackConnection(Socket first, Socket second) {
    this.first = first;
    this.second = second;
  }

  /**
   * @throws UncheckedIOException if the machine has no loopback or no descriptors
   */
  static LoopbackConnection open() {
    Epoll.ensureAvailability();
    try {
      return connect(Socket.newSocketStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LoopbackConnection connect(Socket listener) throws IOException {
    try {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listener.listen(1);
      Socket first = Socket.newSocketStream();
      boolean connected = first.connect(listener.localAddress());
      Socket second = accept(listener);
      if (!connected && !first.finishConnect()) {
        throw new IOException("the connection is accepted, but not established");
      }
      first.setTcpNoDelay(true);
      second.setTcpNoDelay(true);
      return new LoopbackConnection(first, second);
    } finally {
      listener.close();
    }
  }

  private static Socket accept(Socket listener) throws IOException {
    byte[] address = new byte[32];
    long began = System.nanoTime();
    int accepted = listener.accept(address);
    while (accepted == NOTHING_TO_ACCEPT) {
      if (System.nanoTime() - began > DEADLINE_NANOS) {
        throw new IOException("nothing to accept within 5 s");
      }
      Thread.onSpinWait();
      accepted = listener.accept(address);
    }
    return new Socket(accepted);
  }

  /** The descriptor of the end that connected. */
  int firstEnd() {
    return first.intValue();
  }

  /** The descriptor of the end that was accepted. */
  int secondEnd() {
    return second.intValue();
  }

  @Override
  public void close() throws IOException {
    first.close();
    second.close();
  }
}
