package io.detour.core.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection on an epoll event loop. Differs from Netty's own channel in what it does not do:
 * it is registered once (edge-triggered, for everything) and never changes that, asks for no
 * address that nobody wants to know, and reads nothing that is not wanted, also when the peer ends
 * its direction. A reset closes it at once, whatever it waits for, behind the bytes that came
 * before.
 */
public final class TcpChannel extends AbstractChannel implements DuplexChannel, UnixChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

  /** {@code UIO_MAXIOV} is 1,024; more buffers than a few are rare. */
  private static final int MAX_BUFFERS_AT_ONCE = 64;

  private static final long MAX_BYTES_AT_ONCE = 1 << 20;

  private final EpollSocket socket;
  private final FileDescriptor descriptor;
  private final Config config = new Config(this);
  private volatile boolean active;
  private @Nullable InetSocketAddress remote;

  private boolean readWanted;
  private boolean reading;
  private boolean inputShutdown;
  private boolean outputShutdown;

  /** Whether the relay has taken the socket. */
  private boolean released;

  private @Nullable ChannelPromise connecting;
  private @Nullable Future<?> connectTimeout;

  /** A connection that {@code accept4(2)} has made non-blocking. */
  TcpChannel(FileDescriptor accepted, @Nullable InetSocketAddress remote) {
    super(null);
    this.descriptor = accepted;
    this.socket = new EpollSocket(accepted);
    this.remote = remote;
    this.active = true;
  }

  /**
   * A socket that is not connected yet.
   *
   * @param family of the address that it is to be connected to
   * @throws ChannelException if {@code socket(2)} fails
   */
  public TcpChannel(SocketProtocolFamily family) {
    super(null);
    this.descriptor = LinuxSocket.newSocketStream(family);
    this.socket = new EpollSocket(descriptor);
  }

  /**
   * Gives the socket away, with its registration: the channel reads and writes no more, and only
   * closes it. On the event loop.
   */
  public EpollSocket release() {
    released = true;
    return socket;
  }

  /** The socket's options, which few connections need. */
  private Socket options() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException(); // the number may belong to another socket
    }
    return descriptor instanceof Socket mine ? mine : new Socket(descriptor.intValue());
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new Unsafe();
  }

  private Unsafe io() {
    return (Unsafe) unsafe();
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isCompatible(EpollSocket.class);
  }

  /**
   * A socket that is not connected is registered when it begins to be: until then it is "hung up".
   */
  @Override
  protected void doRegister(ChannelPromise registered) {
    socket.ownedBy(io());
    try {
      if (active) {
        socket.register(eventLoop());
      }
      registered.setSuccess();
    } catch (RuntimeException e) {
      registered.setFailure(e);
    }
  }

  @Override
  protected void doDeregister() {
    if (!released) {
      socket.deregister();
    }
  }

  @Override
  protected void doClose() throws IOException {
    active = false;
    inputShutdown = true;
    outputShutdown = true;
    ChannelPromise waiting = connecting;
    connecting = null;
    cancelTimeout();
    try {
      socket.closeDescriptor();
    } finally {
      if (waiting != null) {
        waiting.tryFailure(new ClosedChannelException());
      }
    }
  }

  private void cancelTimeout() {
    if (connectTimeout != null) {
      connectTimeout.cancel(false);
      connectTimeout = null;
    }
  }

  @Override
  protected void doBind(SocketAddress local) {
    throw new UnsupportedOperationException("connections are not bound");
  }

  @Override
  protected void doDisconnect() throws IOException {
    doClose();
  }

  @Override
  protected void doBeginRead() {
    readWanted = true;
    if (socket.readable() && !reading) {
      eventLoop().execute(this::readAgain);
    }
  }

  private void readAgain() {
    if (readWanted && socket.readable()) {
      io().read();
    }
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (!(message instanceof ByteBuf buffer)) {
      throw new UnsupportedOperationException(
          "message: " + message.getClass() + " (expected: a ByteBuf)");
    }
    return buffer.isDirect() ? buffer : direct(buffer);
  }

  private ByteBuf direct(ByteBuf heap) {
    try {
      ByteBuf copy = alloc().directBuffer(heap.readableBytes());
      return copy.writeBytes(heap, heap.readerIndex(), heap.readableBytes());
    } finally {
      heap.release();
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer pending) throws IOException {
    for (int spins = config.getWriteSpinCount(); spins > 0; spins--) {
      if (pending.isEmpty()) {
        return;
      }
      long written = pending.size() == 1 ? writeOne(pending) : writeSome(pending);
      if (written < 0) {
        socket.full();
        return;
      }
      pending.removeBytes(written);
    }
    eventLoop().execute(() -> io().flushAgain());
  }

  /** The bytes that were written, or -1 if there is no room. */
  private long writeOne(ChannelOutboundBuffer pending) throws IOException {
    ByteBuf buffer = (ByteBuf) pending.current();
    int begin = buffer.readerIndex();
    if (!buffer.isReadable()) {
      return 0;
    }
    int written;
    if (buffer.hasMemoryAddress()) {
      written = descriptor.writeAddress(buffer.memoryAddress(), begin, buffer.writerIndex());
    } else {
      ByteBuffer bytes = buffer.internalNioBuffer(begin, buffer.readableBytes());
      written = descriptor.write(bytes, bytes.position(), bytes.limit());
    }
    return written > 0 ? written : -1;
  }

  private long writeSome(ChannelOutboundBuffer pending) throws IOException {
    ByteBuffer[] buffers = pending.nioBuffers(MAX_BUFFERS_AT_ONCE, MAX_BYTES_AT_ONCE);
    int count = pending.nioBufferCount();
    if (count == 0) {
      return 0;
    }
    long written = descriptor.writev(buffers, 0, count, MAX_BYTES_AT_ONCE);
    return written > 0 ? written : -1;
  }

  @Override
  protected void doShutdownOutput() throws IOException {
    outputShutdown = true;
    options().shutdown(false, true);
  }

  @Override
  public boolean isInputShutdown() {
    return inputShutdown;
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown;
  }

  @Override
  public boolean isShutdown() {
    return inputShutdown && outputShutdown;
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    if (eventLoop().inEventLoop()) {
      io().shutdownOutput(promise);
    } else {
      eventLoop().execute(() -> io().shutdownOutput(promise));
    }
    return promise;
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    return promise.setFailure(new UnsupportedOperationException("the peer ends its direction"));
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    return close(promise);
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    try {
      return options().localAddress();
    } catch (ClosedChannelException e) {
      return null;
    }
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return remote;
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  @Override
  public DefaultChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return descriptor.isOpen();
  }

  @Override
  public boolean isActive() {
    return active;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  /** What the pipeline and the event loop have the socket do. On the event loop. */
  private final class Unsafe extends AbstractUnsafe implements EpollSocket.Owner {
    @Override
    public void connect(SocketAddress to, @Nullable SocketAddress from, ChannelPromise promise) {
      if (!promise.setUncancellable() || !ensureOpen(promise)) {
        return;
      }
      try {
        if (connecting != null) {
          throw new ConnectionPendingException();
        }
        if (from != null) {
          throw new UnsupportedOperationException("connections are not bound");
        }
        remote = (InetSocketAddress) to;
        if (((Socket) descriptor).connect(to)) {
          socket.register(eventLoop());
          connected(promise);
        } else {
          connecting = promise;
          socket.register(eventLoop());
          awaitConnect(to);
        }
      } catch (IOException | RuntimeException e) {
        connecting = null;
        promise.tryFailure(annotateConnectException(e, to));
        closeIfClosed();
      }
    }

    private void awaitConnect(SocketAddress to) {
      int millis = config.getConnectTimeoutMillis();
      if (millis > 0) {
        connectTimeout =
            eventLoop().schedule(() -> connectTimedOut(to), millis, TimeUnit.MILLISECONDS);
      }
    }

    private void connectTimedOut(SocketAddress to) {
      ChannelPromise waiting = connecting;
      if (waiting != null
          && waiting.tryFailure(new ConnectTimeoutException("connection timed out: " + to))) {
        close(voidPromise());
      }
    }

    private void finishConnect(ChannelPromise waiting) {
      try {
        if (!((Socket) descriptor).finishConnect()) {
          return;
        }
      } catch (IOException e) {
        connecting = null;
        cancelTimeout();
        waiting.tryFailure(annotateConnectException(e, remote));
        closeIfClosed();
        return;
      }
      connecting = null;
      cancelTimeout();
      connected(waiting);
    }

    private void connected(ChannelPromise promise) {
      active = true;
      boolean wanted = promise.trySuccess();
      if (active) {
        pipeline().fireChannelActive();
      }
      if (!wanted) {
        close(voidPromise());
      }
    }

    @Override
    public void ready() {
      if (released) {
        return;
      }
      ChannelPromise waiting = connecting;
      if (waiting != null) {
        finishConnect(waiting);
      }
      if (active && socket.writable()) {
        flushAgain();
      }
      if (active && inputShutdown && socket.failed()) {
        close(voidPromise()); // reset behind its end
      } else if (active && !reading && (readWanted || socket.failed())) {
        read();
      }
    }

    @Override
    public void loopEnds() {
      close(voidPromise());
    }

    /** What was not written goes on as soon as there is room. */
    @Override
    protected void flush0() {
      if (socket.writable() || !active) {
        super.flush0();
      }
    }

    void flushAgain() {
      ChannelOutboundBuffer pending = outboundBuffer();
      if (pending != null && !pending.isEmpty() && !released) {
        flush0();
      }
    }

    /**
     * Reads what is there, in as many buffers as the allocator allows. What is left after that is
     * read in another turn, if it is still wanted then.
     */
    void read() {
      if (inputShutdown || released || !socket.readable()) {
        return;
      }
      ExtendedHandle reads = (ExtendedHandle) recvBufAllocHandle();
      reads.reset(config);
      boolean ended = false;
      Throwable failure = null;
      reading = true;
      try {
        do {
          readWanted = false;
          int length = readOnce(reads);
          ended = length < 0;
          if (length <= 0) {
            break;
          }
        } while (!released && socket.readable() && (reads.continueReading() || socket.failed()));
      } catch (IOException | RuntimeException | Error e) {
        failure = e;
      }
      reads.readComplete();
      pipeline().fireChannelReadComplete();
      reading = false;
      if (released) {
        return;
      }
      if (failure != null) {
        failed(failure);
      } else if (ended) {
        inputEnded();
      } else if (readWanted && socket.readable()) {
        eventLoop().execute(TcpChannel.this::readAgain);
      }
    }

    /** The bytes that were passed on, 0 if none are there, or -1 at the end of the stream. */
    private int readOnce(ExtendedHandle reads) throws IOException {
      ByteBufAllocator allocator = alloc();
      ByteBuf buffer = allocator.directBuffer(reads.guess());
      int length = 0;
      try {
        int asked = buffer.writableBytes();
        reads.attemptedBytesRead(asked);
        length = receive(buffer, asked);
        reads.lastBytesRead(length);
        if (length > 0 && length < asked) {
          socket.shortRead();
        } else if (length == 0) {
          socket.exhausted(true);
        }
      } finally {
        if (length <= 0) {
          buffer.release();
        }
      }
      if (length > 0) {
        reads.incMessagesRead(1);
        pipeline().fireChannelRead(buffer.writerIndex(buffer.writerIndex() + length));
      }
      return length;
    }

    private int receive(ByteBuf buffer, int length) throws IOException {
      int begin = buffer.writerIndex();
      if (buffer.hasMemoryAddress()) {
        return descriptor.readAddress(buffer.memoryAddress(), begin, begin + length);
      }
      ByteBuffer room = buffer.internalNioBuffer(begin, length);
      return descriptor.read(room, room.position(), room.limit());
    }

    private void failed(Throwable failure) {
      pipeline().fireExceptionCaught(failure);
      if (isOpen()) {
        close(voidPromise());
      }
    }

    private void inputEnded() {
      socket.noteEnd();
      inputShutdown = true;
      if (config.allowHalfClosure) {
        pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      } else {
        close(voidPromise());
      }
    }
  }

  /** The options that a TCP connection has beyond those of every channel. */
  private static final class Config extends DefaultChannelConfig {
    private final TcpChannel connection;
    private boolean allowHalfClosure;

    Config(TcpChannel connection) {
      super(connection);
      this.connection = connection;
    }

    @Override
    @SuppressWarnings("unchecked") // the type of the option's value
    public <T> T getOption(ChannelOption<T> option) {
      try {
        if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
          return (T) Boolean.valueOf(allowHalfClosure);
        }
        if (option.equals(ChannelOption.TCP_NODELAY)) {
          return (T) Boolean.valueOf(connection.options().isTcpNoDelay());
        }
        if (option.equals(ChannelOption.SO_LINGER)) {
          return (T) Integer.valueOf(connection.options().getSoLinger());
        }
        return super.getOption(option);
      } catch (IOException e) {
        throw new ChannelException("option " + option, e);
      }
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
      try {
        if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
          allowHalfClosure = (Boolean) value;
        } else if (option.equals(ChannelOption.TCP_NODELAY)) {
          connection.options().setTcpNoDelay((Boolean) value);
        } else if (option.equals(ChannelOption.SO_LINGER)) {
          connection.options().setSoLinger((Integer) value);
        } else if (option.equals(ChannelOption.SO_RCVBUF)) {
          connection.options().setReceiveBufferSize((Integer) value);
        } else if (option.equals(ChannelOption.SO_SNDBUF)) {
          connection.options().setSendBufferSize((Integer) value);
        } else {
          return super.setOption(option, value);
        }
        return true;
      } catch (IOException e) {
        throw new ChannelException("option " + option, e);
      }
    }

    /** Nothing more is read, whatever has been asked for. */
    @Override
    protected void autoReadCleared() {
      connection.readWanted = false;
    }
  }
}
