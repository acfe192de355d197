package io.detour.server.transport;

import io.detour.core.tcp.TcpChannel;
import io.detour.core.tcp.TcpListener;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Event loops and channels that go together. Immutable; any thread.
 *
 * @param name {@code epoll} or {@code nio}
 * @param ioHandlers makes the part of event loops that have little to do
 * @param servingHandlers makes that of the event loops that serve clients
 * @param serverSockets makes a listener for an address: of IPv4 alone, or of both families, since
 *     Linux has the IPv6 wildcard address stand for IPv4 too
 * @param sockets makes a socket that is to be connected to an address
 * @param datagrams makes the sockets of DNS queries
 * @param unixServers makes listeners on UNIX sockets, whose addresses are {@link
 *     DomainSocketAddress}; null where their connections could not end in one direction alone
 * @param reusePort sets {@code SO_REUSEPORT} on a listener
 */
public record Transport(
    String name,
    IoHandlerFactory ioHandlers,
    ServingHandlers servingHandlers,
    Function<InetAddress, ServerChannel> serverSockets,
    Function<InetAddress, DuplexChannel> sockets,
    ChannelFactory<DatagramChannel> datagrams,
    @Nullable ChannelFactory<? extends ServerChannel> unixServers,
    ChannelOption<Boolean> reusePort) {

  /** Makes the part of event loops that serve clients. */
  @FunctionalInterface
  public interface ServingHandlers {
    /**
     * For new event loops.
     *
     * @param busyPoll how long to look for more events before the thread sleeps; NIO does not
     * @param several whether there are several such loops, which may wait for one processor
     */
    IoHandlerFactory of(Duration busyPoll, boolean several);
  }

  /** {@code epoll(7)}, which Linux alone has. Its channels can be spliced. */
  public static Transport epoll() {
    return new Transport(
        "epoll",
        LastingRegistrations.over(EpollIoHandler.newFactory()),
        (busyPoll, several) ->
            LastingRegistrations.over(
                EpollIoHandler.newFactory(0, () -> new PollStrategy(busyPoll, several))),
        address -> new TcpListener(family(address)),
        address -> new TcpChannel(family(address)),
        EpollDatagramChannel::new,
        EpollServerDomainSocketChannel::new,
        UnixChannelOption.SO_REUSEPORT);
  }

  /** The JDK's channels, which are there on every system. */
  public static Transport nio() {
    return new Transport(
        "nio",
        NioIoHandler.newFactory(),
        (busyPoll, several) -> NioIoHandler.newFactory(),
        address -> new NioServerSocketChannel(SelectorProvider.provider(), family(address)),
        address -> new NioSocketChannel(),
        NioDatagramChannel::new,
        null, // Netty closes such a connection as a whole when its client ends its direction.
        NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT));
  }

  /** Netty would take 0.0.0.0 on an IPv6 socket for the wildcard of both families. */
  private static SocketProtocolFamily family(InetAddress address) {
    return address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
  }

  /** Epoll, or NIO where {@link #whyNoEpoll} says why not. */
  public static Transport available() {
    return Epoll.isAvailable() ? epoll() : nio();
  }

  /** Why there is no epoll, as one line, or null if there is one. */
  public static @Nullable String whyNoEpoll() {
    Throwable cause = Epoll.unavailabilityCause();
    if (cause == null) {
      return null;
    }
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return Objects.requireNonNullElseGet(cause.getMessage(), cause.getClass()::getSimpleName)
        .lines()
        .findFirst()
        .orElse("");
  }

  /**
   * Netty's epoll handler, but for one thing: a socket stays registered with {@code epoll(7)} for
   * as long as its channel is, also while the channel waits for nothing.
   *
   * <p>Netty takes a socket out of epoll when no event is wanted, and does not put it back when one
   * is wanted again: {@code EPOLL_CTL_MOD} fails with {@code ENOENT} and the channel is closed.
   * That happens to a channel whose peer has ended its direction, as soon as a write blocks or
   * somebody reads. Here such a socket is registered edge-triggered for nothing, which reports an
   * error or a hang-up once at most.
   */
  private record LastingRegistrations(IoHandler epoll) implements IoHandler {
    /** Handlers of this kind over those of another factory. */
    static IoHandlerFactory over(IoHandlerFactory epoll) {
      return new IoHandlerFactory() {
        @Override
        public IoHandler newHandler(ThreadAwareExecutor executor) {
          return new LastingRegistrations(epoll.newHandler(executor));
        }

        @Override
        public boolean isChangingThreadSupported() {
          return epoll.isChangingThreadSupported();
        }
      };
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
      return new Registration(epoll.register(handle));
    }

    @Override
    public void initialize() {
      epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
      return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
      epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
      epoll.destroy();
    }

    @Override
    public void wakeup() {
      epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return epoll.isCompatible(handleType);
    }

    private record Registration(IoRegistration epoll) implements IoRegistration {
      @Override
      @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
      public <T> T attachment() {
        return epoll.attachment();
      }

      @Override
      public long submit(IoOps ops) {
        return epoll.submit(EpollIoOps.NONE.equals(ops) ? EpollIoOps.EPOLLET : ops);
      }

      @Override
      public boolean isValid() {
        return epoll.isValid();
      }

      @Override
      public boolean cancel() {
        return epoll.cancel();
      }
    }
  }
}
