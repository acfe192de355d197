package io.detour.core.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A socket's registration with its event loop, and what is known of its readiness.
 *
 * <p>Registered once, edge-triggered, for everything, and never disarmed. An event only says that a
 * system call is worth a try; what is true, the call says. Whoever owns the socket gets the events,
 * and may hand it to another owner without a system call. Used by its event loop only.
 */
public final class EpollSocket implements EpollIoHandle {
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

  private static final int MAX_BUFFERS_AT_ONCE = 256;
  private static final long MAX_BYTES_AT_ONCE = 1 << 20;

  /** What {@code writev(2)} is to write next; that of each event loop, as long as that lives. */
  private static final FastThreadLocal<IovArray> VECTOR =
      new FastThreadLocal<>() {
        @Override
        protected IovArray initialValue() {
          return new IovArray(MAX_BUFFERS_AT_ONCE);
        }

        @Override
        protected void onRemoval(IovArray vector) {
          vector.release();
        }
      };

  private final FileDescriptor descriptor;
  private @Nullable Owner owner;
  private @Nullable IoRegistration registration;

  /** Bytes, a connection, an end of stream or an error may be waiting. */
  private boolean readable;

  /** There may be room. */
  private boolean writable = true;

  /** The peer has ended or reset, so more may come behind a short read. */
  private boolean peerEnded;

  /** The socket has or had a pending error. */
  private boolean failed;

  /** An urgent byte is on its way: splice(2) never gets past it, recv(2) does in its next call. */
  private boolean urgent;

  /** Who reads and writes the socket. */
  public interface Owner {
    /** An event came, and was noted. Throws nothing. */
    void ready();

    /** The event loop shuts down: close the socket. */
    void loopEnds();
  }

  public EpollSocket(FileDescriptor descriptor) {
    this.descriptor = descriptor;
  }

  /** Whoever gets the events from now on. Those that came before are noted. */
  public void ownedBy(Owner next) {
    owner = next;
  }

  /** Begins to receive events. On the loop's thread, an epoll loop; pending ones come next turn. */
  public void register(EventLoop loop) {
    IoRegistration mine = ((IoEventLoop) loop).register(this).syncUninterruptibly().getNow();
    registration = mine;
    mine.submit(INTEREST);
  }

  public boolean isRegistered() {
    return registration != null;
  }

  /** Receives no more events, until it is registered again. */
  public void deregister() {
    IoRegistration mine = registration;
    registration = null;
    if (mine != null) {
      mine.cancel();
    }
  }

  /**
   * Closes the descriptor, which takes it out of epoll, and then ends the registration. Not the
   * other way round: that would cost a system call.
   */
  void closeDescriptor() throws IOException {
    try {
      descriptor.close();
    } finally {
      deregister();
    }
  }

  @Override
  public void handle(IoRegistration raw, IoEvent event) {
    note(((EpollIoEvent) event).ops().value());
    Owner mine = owner;
    if (mine != null) {
      mine.ready();
    }
  }

  /** Remembers what the bits of an event hint at. */
  public void note(int bits) {
    boolean gone = (bits & (EPOLLERR | EPOLLHUP)) != 0;
    readable |= gone || (bits & (EPOLLIN | EPOLLRDHUP)) != 0;
    writable |= gone || (bits & EPOLLOUT) != 0;
    peerEnded |= gone || (bits & EPOLLRDHUP) != 0;
    failed |= (bits & EPOLLERR) != 0;
    urgent |= (bits & EPOLLPRI) != 0;
  }

  /**
   * Reads as many bytes as a direct buffer has room for.
   *
   * @return their number, 0 if none are there, or -1 at the end of the stream
   * @throws IOException if the connection has failed
   */
  int read(ByteBuf to) throws IOException {
    int asked = to.writableBytes();
    int begin = to.writerIndex();
    int length;
    if (to.hasMemoryAddress()) {
      length = descriptor.readAddress(to.memoryAddress(), begin, begin + asked);
    } else {
      ByteBuffer room = to.internalNioBuffer(begin, asked);
      length = descriptor.read(room, room.position(), room.limit());
    }
    if (length > 0) {
      to.writerIndex(begin + length);
    }
    if (length == 0) {
      exhausted(true);
    } else if (length > 0 && length < asked) {
      shortRead();
    }
    return length;
  }

  /**
   * Writes the direct buffers that are to be flushed, in a bounded number of calls, as far as there
   * is room.
   *
   * @return false if there may be room for more
   * @throws Exception if the connection has failed, an {@code IOException}
   */
  boolean write(ChannelOutboundBuffer pending, int calls) throws Exception {
    for (int i = 0; i < calls; i++) {
      if (pending.isEmpty() || !descriptor.isOpen()) {
        return true;
      }
      boolean single = pending.size() == 1 && ((ByteBuf) pending.current()).nioBufferCount() == 1;
      long written = single ? writeOne(pending) : writeSome(pending);
      if (written < 0) {
        full();
        return true;
      }
      pending.removeBytes(written);
    }
    return false;
  }

  /** The bytes that were written, or -1 if there is no room. */
  private long writeOne(ChannelOutboundBuffer pending) throws IOException {
    ByteBuf from = (ByteBuf) pending.current();
    int begin = from.readerIndex();
    if (!from.isReadable()) {
      return 0;
    }
    int written;
    if (from.hasMemoryAddress()) {
      written = descriptor.writeAddress(from.memoryAddress(), begin, from.writerIndex());
    } else {
      ByteBuffer bytes = from.internalNioBuffer(begin, from.readableBytes());
      written = descriptor.write(bytes, bytes.position(), bytes.limit());
    }
    return written > 0 ? written : -1;
  }

  private long writeSome(ChannelOutboundBuffer pending) throws Exception {
    IovArray vector = VECTOR.get();
    vector.clear();
    vector.maxBytes(MAX_BYTES_AT_ONCE);
    pending.forEachFlushedMessage(vector);
    if (vector.count() == 0) {
      return 0;
    }
    long written = descriptor.writevAddresses(vector.memoryAddress(0), vector.count());
    return written > 0 ? written : -1;
  }

  /** A read found nothing: wait for the next event. */
  public void exhausted(boolean byCopying) {
    readable = false;
    if (byCopying) {
      // Neither an end nor an error: the event was of a closed socket that had the same number.
      urgent = false;
      peerEnded = false;
      failed = false;
    }
  }

  /**
   * A copying read got less than it asked for. That empties the socket (epoll(7)), unless an end,
   * an error or an urgent byte stands behind the bytes.
   */
  public void shortRead() {
    if (!peerEnded && !urgent) {
      readable = false;
    }
  }

  /** A write found no room: wait for the next event. */
  public void full() {
    writable = false;
  }

  /** The peer is gone; what it sent before may still be read. */
  public void lost() {
    readable = true;
    peerEnded = true;
  }

  /** The peer's end of stream was read before. */
  public void noteEnd() {
    peerEnded = true;
  }

  /** Whether the peer is known to have ended its direction, or to be gone. */
  public boolean peerEnded() {
    return peerEnded;
  }

  public boolean readable() {
    return readable;
  }

  public boolean writable() {
    return writable;
  }

  public boolean urgent() {
    return urgent;
  }

  public boolean failed() {
    return failed;
  }

  /** The number of the descriptor. */
  public int number() {
    return descriptor.intValue();
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  /** The event loop shuts down. */
  @Override
  public void close() {
    Owner mine = owner;
    if (mine != null) {
      mine.loopEnds();
    }
  }
}
