package io.detour.core.relay;

import io.detour.core.CloseReason;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * One socket of a tunnel: what is known of its readiness, and its registration with the event loop.
 *
 * <p>Registered once, edge-triggered, for everything, and never disarmed. An event only says that a
 * system call is worth a try; what is true, the call says.
 */
final class Endpoint implements EpollIoHandle {
  // epoll_ctl(2). Netty has no constants for EPOLLPRI and EPOLLHUP.
  private static final int EPOLLIN = 0x1;
  private static final int EPOLLPRI = 0x2;
  private static final int EPOLLOUT = 0x4;
  private static final int EPOLLERR = 0x8;
  private static final int EPOLLHUP = 0x10;
  private static final int EPOLLRDHUP = 0x2000;
  private static final int EPOLLET = 1 << 31;
  private static final EpollIoOps INTEREST =
      EpollIoOps.valueOf(EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET);

  private final Channel channel;
  private final FileDescriptor descriptor;
  private final Side side;
  private @Nullable Relay relay;
  private @Nullable IoRegistration registration;

  /** Bytes, an end of stream or an error may be waiting. */
  private boolean readable;

  /** There may be room. */
  private boolean writable = true;

  /** The peer has ended or reset, so more may come behind a short read. */
  private boolean peerEnded;

  /** The socket has or had a pending error. */
  private boolean failed;

  /** An urgent byte is on its way: splice(2) never gets past it, recv(2) does in its next call. */
  private boolean urgent;

  Endpoint(Channel channel, FileDescriptor descriptor, Side side) {
    this.channel = channel;
    this.descriptor = descriptor;
    this.side = side;
  }

  /** Begins to receive events. On the loop's thread, an epoll loop; pending ones come next turn. */
  void register(EventLoop loop, Relay owner) {
    relay = owner;
    IoRegistration mine = ((IoEventLoop) loop).register(this).syncUninterruptibly().getNow();
    registration = mine;
    mine.submit(INTEREST);
  }

  /** Ends the registration, then closes the channel, which owns the descriptor. Once. */
  void release() {
    IoRegistration mine = registration;
    if (mine != null) {
      mine.cancel();
    }
    channel.close();
  }

  @Override
  public void handle(IoRegistration raw, IoEvent event) {
    int bits = ((EpollIoEvent) event).ops().value();
    note(bits);
    Relay owner = relay;
    if (owner != null) {
      owner.ready(this);
    }
  }

  /** Remembers what the bits of an event hint at. */
  void note(int bits) {
    boolean gone = (bits & (EPOLLERR | EPOLLHUP)) != 0;
    readable |= gone || (bits & (EPOLLIN | EPOLLRDHUP)) != 0;
    writable |= gone || (bits & EPOLLOUT) != 0;
    peerEnded |= gone || (bits & EPOLLRDHUP) != 0;
    failed |= (bits & EPOLLERR) != 0;
    urgent |= (bits & EPOLLPRI) != 0;
  }

  /** A read found nothing: wait for the next event. */
  void exhausted(boolean byCopying) {
    readable = false;
    if (byCopying) {
      urgent = false;
    }
  }

  /**
   * A copying read got less than it asked for. That empties the socket (epoll(7)), unless an end,
   * an error or an urgent byte stands behind the bytes.
   */
  void shortRead() {
    if (!peerEnded && !urgent) {
      readable = false;
    }
  }

  /** A write found no room: wait for the next event. */
  void full() {
    writable = false;
  }

  /** The peer is gone; what it sent before may still be read. */
  void lost() {
    readable = true;
    peerEnded = true;
  }

  /** The peer's end of stream came before the relay began. */
  void noteEarlyEnd() {
    peerEnded = true;
  }

  /** Whether the peer is known to have ended its direction, or to be gone. */
  boolean hadEnded() {
    return peerEnded;
  }

  /** Whether the channel still has its socket; without it the number may belong to another. */
  boolean isOpen() {
    return channel.isOpen();
  }

  boolean readable() {
    return readable;
  }

  boolean writable() {
    return writable;
  }

  boolean urgent() {
    return urgent;
  }

  boolean failed() {
    return failed;
  }

  Side side() {
    return side;
  }

  int socket() {
    return descriptor.intValue();
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  /** The event loop shuts down. */
  @Override
  public void close() {
    Relay owner = relay;
    if (owner != null) {
      owner.closeNow(CloseReason.DRAIN);
    }
  }
}
