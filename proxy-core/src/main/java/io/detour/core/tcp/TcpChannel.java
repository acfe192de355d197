package io.detour.core.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection on an epoll event loop. It is registered once (edge-triggered, for everything)
 * and never changes that, asks for no address that nobody wants to know, and reads nothing that is
 * not wanted, also when the peer ends its direction. A reset closes it at once, whatever it waits
 * for, behind the bytes that came before.
 */
public final class TcpChannel extends AbstractChannel implements DuplexChannel, UnixChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

  private final EpollSocket socket;
  private final FileDescriptor descriptor;
  private final TcpOptions config = new TcpOptions(this);
  private final TcpReader reader;
  private volatile boolean active;
  private @Nullable InetSocketAddress remote;

  private boolean outputShutdown;

  private boolean released;

  private @Nullable TcpConnect connecting;

  /** A connection that {@code accept4(2)} has made non-blocking. */
  TcpChannel(FileDescriptor accepted, @Nullable InetSocketAddress remote) {
    super(null);
    this.descriptor = accepted;
    this.socket = new EpollSocket(accepted);
    this.reader = new TcpReader(this, socket, config);
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
    this.reader = new TcpReader(this, socket, config);
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
  Socket options() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException(); // the number may belong to another socket
    }
    return descriptor instanceof Socket mine ? mine : new Socket(descriptor.intValue());
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new Unsafe();
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isCompatible(EpollSocket.class);
  }

  /** A socket is registered when it begins to be connected: until then it is "hung up". */
  @Override
  protected void doRegister(ChannelPromise registered) {
    socket.ownedBy((Unsafe) unsafe());
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
    outputShutdown = true;
    TcpConnect unfinished = connecting;
    connecting = null;
    try {
      socket.closeDescriptor();
    } finally {
      if (unfinished != null) {
        unfinished.fail(new ClosedChannelException());
      }
    }
  }

  @Override
  protected void doBind(SocketAddress local) {
    throw new UnsupportedOperationException("bind");
  }

  @Override
  protected void doDisconnect() throws IOException {
    doClose();
  }

  @Override
  protected void doBeginRead() {
    reader.want();
  }

  TcpReader reader() {
    return reader;
  }

  /** Whether nobody has closed the channel or taken its socket. */
  boolean hasSocket() {
    return !released && isOpen();
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (!(message instanceof ByteBuf buffer)) {
      throw new UnsupportedOperationException(message.getClass() + " (expected: ByteBuf)");
    }
    if (buffer.isDirect()) {
      return buffer;
    }
    ByteBuf copy = alloc().directBuffer(buffer.readableBytes()).writeBytes(buffer);
    buffer.release();
    return copy;
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer pending) throws Exception {
    if (!socket.write(pending, config.getWriteSpinCount())) {
      eventLoop().schedule(((Unsafe) unsafe())::flushAgain, 0, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  protected void doShutdownOutput() throws IOException {
    outputShutdown = true;
    options().shutdown(false, true);
  }

  @Override
  public boolean isInputShutdown() {
    return !isOpen() || reader.ended();
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown;
  }

  @Override
  public boolean isShutdown() {
    return isInputShutdown() && outputShutdown;
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    if (!eventLoop().inEventLoop()) {
      eventLoop().execute(() -> shutdownOutput(promise));
      return promise;
    }
    ((Unsafe) unsafe()).shutdownOutput(promise);
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
    return isOpen() ? new Socket(descriptor.intValue()).localAddress() : null;
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

  private final class Unsafe extends AbstractUnsafe implements EpollSocket.Owner {
    @Override
    public void connect(SocketAddress to, @Nullable SocketAddress from, ChannelPromise promise) {
      if (!promise.setUncancellable() || !ensureOpen(promise)) {
        return;
      }
      if (from != null || connecting != null || active) {
        promise.setFailure(new IllegalStateException("connect: once, and from any address"));
        return;
      }
      remote = (InetSocketAddress) to;
      TcpConnect attempt = new TcpConnect(TcpChannel.this, (Socket) descriptor, remote, promise);
      if (attempt.begin()) {
        connecting = attempt;
        socket.full(); // until it is connected or has failed
        socket.register(eventLoop());
      }
    }

    /** Goes on with a connect of which the kernel has news. */
    private void proceed(TcpConnect attempt) {
      switch (attempt.look()) {
        case PENDING -> {}
        case FAILED -> connecting = null;
        case CONNECTED -> {
          connecting = null;
          active = true;
          boolean wanted = attempt.succeed();
          if (active) {
            pipeline().fireChannelActive();
          }
          if (!wanted) {
            close(voidPromise());
          }
        }
      }
    }

    @Override
    public void ready() {
      if (released) {
        return;
      }
      TcpConnect attempt = connecting;
      if (attempt != null && socket.writable()) {
        proceed(attempt);
      }
      if (active && socket.failed()) {
        reader.read(); // what came before the reset, and then the error
      }
      if (active && socket.writable()) {
        flushAgain();
      }
      if (active && reader.wants()) {
        reader.read();
      }
      if (active && reader.ended() && socket.failed() && !released) {
        close(voidPromise()); // reset behind its end
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
  }
}
