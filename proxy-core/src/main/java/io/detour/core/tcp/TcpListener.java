package io.detour.core.tcp;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.NativeInetAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens on a TCP port and makes a {@link TcpChannel} of each connection; on an epoll event loop.
 * {@code TCP_NODELAY} on it is what its connections begin with (tcp(7)).
 */
public final class TcpListener extends AbstractServerChannel {
  /** The size of an address of IPv6, with its scope and port, as Netty's accept gives it. */
  private static final int MAX_ADDRESS_BYTES = 26;

  /** Accepted in one turn of the event loop, before the others have theirs. */
  private static final int MAX_ACCEPTED = 16;

  private final LinuxSocket descriptor;
  private final EpollSocket socket;
  private final Config config = new Config(this);
  private final byte[] address = new byte[MAX_ADDRESS_BYTES];
  private volatile boolean active;
  private @Nullable InetSocketAddress local;
  private boolean readWanted;
  private boolean accepting;

  /**
   * @param family IPv4 alone, or IPv6, whose wildcard address stands for both
   * @throws ChannelException if {@code socket(2)} fails
   */
  public TcpListener(SocketProtocolFamily family) {
    this.descriptor = LinuxSocket.newSocketStream(family);
    this.socket = new EpollSocket(descriptor);
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

  /** Registered when it listens: before that it is "hung up" for epoll(7). */
  @Override
  protected void doRegister(ChannelPromise registered) {
    socket.ownedBy(io());
    registered.setSuccess();
  }

  @Override
  protected void doDeregister() {
    socket.deregister();
  }

  @Override
  protected void doBind(SocketAddress to) throws IOException {
    descriptor.setReuseAddress(true);
    descriptor.bind(to);
    local = descriptor.localAddress();
    descriptor.listen(config.backlog);
    active = true;
    socket.register(eventLoop());
  }

  @Override
  protected void doClose() throws IOException {
    active = false;
    socket.closeDescriptor();
  }

  @Override
  protected void doBeginRead() {
    readWanted = true;
    if (socket.readable() && !accepting) {
      eventLoop().execute(io()::ready);
    }
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return local;
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

  /** What the pipeline and the event loop have the socket do. On the event loop. */
  private final class Unsafe extends AbstractUnsafe implements EpollSocket.Owner {
    @Override
    public void connect(SocketAddress to, @Nullable SocketAddress from, ChannelPromise promise) {
      promise.setFailure(new UnsupportedOperationException("a listener does not connect"));
    }

    @Override
    public void ready() {
      if (!readWanted || !active || accepting) {
        return;
      }
      readWanted = false;
      Throwable failure = null;
      accepting = true;
      try {
        for (int i = 0; i < MAX_ACCEPTED && active && config.isAutoRead() && acceptOne(); i++) {}
      } catch (IOException | RuntimeException | Error e) {
        failure = e;
      }
      pipeline().fireChannelReadComplete();
      accepting = false;
      if (failure != null) {
        pipeline().fireExceptionCaught(failure);
      }
      if (readWanted && socket.readable()) {
        eventLoop().schedule(this::ready, 0, TimeUnit.NANOSECONDS);
      }
    }

    private boolean acceptOne() throws IOException {
      int accepted = descriptor.accept(address);
      if (accepted < 0) {
        socket.exhausted(false);
        return false;
      }
      InetSocketAddress peer = NativeInetAddress.address(address, 1, address[0]);
      pipeline().fireChannelRead(new TcpChannel(new FileDescriptor(accepted), peer));
      return true;
    }

    @Override
    public void loopEnds() {
      close(voidPromise());
    }
  }

  /** The options that a listening socket has beyond those of every channel. */
  private static final class Config extends DefaultChannelConfig {
    private final TcpListener listener;
    private int backlog = NetUtil.SOMAXCONN;

    Config(TcpListener listener) {
      super(listener);
      this.listener = listener;
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
      try {
        if (option.equals(ChannelOption.SO_BACKLOG)) {
          backlog = (Integer) value;
        } else if (option.equals(ChannelOption.TCP_NODELAY)) {
          listener.descriptor.setTcpNoDelay((Boolean) value);
        } else if (option.equals(ChannelOption.SO_RCVBUF)) {
          listener.descriptor.setReceiveBufferSize((Integer) value);
        } else if (option.equals(UnixChannelOption.SO_REUSEPORT)) {
          listener.descriptor.setReusePort((Boolean) value);
        } else {
          return super.setOption(option, value);
        }
        return true;
      } catch (IOException e) {
        throw new ChannelException("option " + option, e);
      }
    }
  }
}
