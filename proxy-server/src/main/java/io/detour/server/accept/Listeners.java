package io.detour.server.accept;

import io.detour.server.account.ListenerCounts;
import io.detour.server.account.LoopLag;
import io.detour.server.account.RequestCounters;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.files.WatchedFiles;
import io.detour.server.transport.BindFailure;
import io.detour.server.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Accepts clients on one or more addresses. A listener either hands them to the event loops in
 * turn, so that a few busy clients do not meet on one loop, or has a socket on each loop, between
 * which the kernel chooses.
 *
 * <p>All addresses are listened on or none, and no client is accepted before all are. May be used
 * by any thread but an event loop.
 */
public final class Listeners {
  private static final int CLOSE_SECONDS = 5;

  private final Transport transport;
  private final EventLoopGroup group;
  private final OwnAddresses own;
  private final Duration headTimeout;
  private final Map<String, ListenerCounts> counts = new ConcurrentSkipListMap<>();
  private final ClientSlots slots;
  private final Certificates certificates;
  private final Map<EventLoop, ClientLoop> clients = new HashMap<>();
  private final List<Acceptor> acceptors = new CopyOnWriteArrayList<>();
  private volatile boolean stopped;
  private volatile boolean paused;

  /**
   * @param group event loops of that transport, for the clients
   * @param counters one for each event loop of the group
   * @param own told each address
   * @param limits for the clients of all listeners together
   * @param headTimeout for a client's PROXY header, and for its TLS handshake
   */
  public Listeners(
      Transport transport,
      EventLoopGroup group,
      RequestCounters counters,
      OwnAddresses own,
      ClientLimits limits,
      Duration headTimeout) {
    this.transport = transport;
    this.group = group;
    this.own = own;
    this.headTimeout = headTimeout;
    this.slots = new ClientSlots(limits);
    this.certificates = new Certificates(headTimeout);
    int index = 0;
    for (EventExecutor executor : group) {
      EventLoop loop = (EventLoop) executor;
      clients.put(loop, new ClientLoop(counters.loop(index)));
      LoopLag.watch(loop, counters.loop(index));
      index++;
    }
  }

  /**
   * Begins to listen. Clients wait until {@link #accept}.
   *
   * @param loops get the new clients: the whole group of the constructor, or one of its event loops
   * @return the same with the port that was chosen where 0 was asked for
   * @throws IOException if the address cannot be listened on; the message names it, what failed and
   *     why. No address of any call is listened on then
   */
  public ListenerOptions bind(
      ListenerOptions listener, EventLoopGroup loops, ClientEntrance entrance) throws IOException {
    try {
      ListenerTls tls = listener.tls() == null ? null : certificates.read(listener.tls());
      ListenerCounts ofListener = new ListenerCounts();
      NewClient newClient =
          new NewClient(listener, ofListener, tls, headTimeout, slots, this::takeIn, entrance);
      ListenerOptions listening =
          switch (listener.address()) {
            case ListenAddress.Inet tcp -> {
              InetSocketAddress bound = bindTcp(listener, tcp, loops, newClient);
              own.add(bound);
              yield listener.withAddress(ListenAddress.Inet.of(bound));
            }
            case ListenAddress.Unix unix -> {
              bindUnix(listener, unix, loops, newClient);
              yield listener;
            }
          };
      counts.put(listening.address().toString(), ofListener);
      return listening;
    } catch (IOException e) {
      stopAccepting();
      throw new IOException("cannot listen on " + listener.address() + ": " + e.getMessage(), e);
    }
  }

  private InetSocketAddress bindTcp(
      ListenerOptions listener, ListenAddress.Inet tcp, EventLoopGroup loops, NewClient newClient)
      throws IOException {
    ChannelFactory<Channel> sockets = () -> transport.serverSockets().apply(tcp.address());
    SocketAddress bound = tcp.socketAddress();
    if (listener.reusePort()) {
      for (EventExecutor loop : loops) {
        bound = bind(listener, sockets, bound, (EventLoop) loop, (EventLoop) loop, newClient);
      }
    } else {
      bound = bind(listener, sockets, bound, group.next(), loops, newClient);
    }
    return (InetSocketAddress) bound;
  }

  private void bindUnix(
      ListenerOptions listener, ListenAddress.Unix unix, EventLoopGroup loops, NewClient newClient)
      throws IOException {
    if (listener.reusePort()) {
      throw new IOException("a UNIX socket has no port (expected: reuse_port: false)");
    }
    ChannelFactory<? extends Channel> sockets = transport.unixServers();
    if (sockets == null) {
      throw new IOException("UNIX sockets need epoll, and this system has none");
    }
    UnixSocketFile.clear(unix.path());
    SocketAddress address = new DomainSocketAddress(unix.path().toFile());
    bind(listener, sockets, address, group.next(), loops, newClient);
    UnixSocketFile.open(unix.path());
  }

  /** The address that it is bound to. */
  private SocketAddress bind(
      ListenerOptions listener,
      ChannelFactory<? extends Channel> sockets,
      SocketAddress address,
      EventLoop home,
      EventLoopGroup loops,
      NewClient newClient)
      throws IOException {
    Channel socket;
    try {
      socket = sockets.newChannel();
    } catch (ChannelException e) {
      throw new BindFailure(e);
    }
    socket.config().setAutoRead(false);
    socket.config().setOption(ChannelOption.SO_BACKLOG, listener.backlog());
    if (listener.reusePort()) {
      socket.config().setOption(transport.reusePort(), true);
    }
    Acceptor acceptor = new Acceptor(socket, loops, newClient);
    ChannelFuture bound = home.register(socket).awaitUninterruptibly();
    if (bound.isSuccess()) {
      bound = socket.bind(address).awaitUninterruptibly();
    }
    if (!bound.isSuccess()) {
      socket.close().awaitUninterruptibly();
      throw new BindFailure(bound.cause());
    }
    acceptors.add(acceptor);
    return socket.localAddress();
  }

  /** A new client; the loop that it lives on, or null if it comes too late. */
  private @Nullable ClientLoop takeIn(Channel client) {
    ClientLoop loop = clients.get(client.eventLoop());
    if (stopped || loop == null) {
      return null;
    }
    loop.accepted(client);
    client.closeFuture().addListener(closed -> acceptors.forEach(Acceptor::retry));
    return loop;
  }

  /** Begins to accept, on all addresses at once. */
  public void accept() {
    acceptors.forEach(acceptor -> acceptor.accept(true));
  }

  /** Accepts nobody until {@link #resume}: clients wait in the kernel's backlog. Any thread. */
  public CompletableFuture<Void> pause() {
    return accept(false);
  }

  /** Accepts again. Any thread. */
  public CompletableFuture<Void> resume() {
    return accept(true);
  }

  private CompletableFuture<Void> accept(boolean wanted) {
    paused = !wanted;
    if (stopped) {
      return CompletableFuture.completedFuture(null);
    }
    return CompletableFuture.allOf(
        acceptors.stream()
            .map(acceptor -> acceptor.accept(wanted))
            .toArray(CompletableFuture[]::new));
  }

  /** Whether clients wait because of {@link #pause}. Any thread. */
  public boolean isPaused() {
    return paused;
  }

  /**
   * Stops listening at once, and closes the clients that have not asked for anything yet. Files of
   * UNIX sockets are gone then.
   */
  public void stopAccepting() {
    stopped = true;
    certificates.close();
    acceptors.forEach(
        acceptor -> {
          var _ = acceptor.socket().close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        });
    clients.forEach((loop, waiting) -> loop.execute(waiting::closeWaiting));
  }

  /** The certificates of TLS listeners, with their keys. */
  public WatchedFiles certificateFiles() {
    return certificates;
  }

  /** What is counted of each listener, by its address. Any thread. */
  public Map<String, ListenerCounts> counts() {
    return Map.copyOf(counts);
  }

  /** How many clients are connected. */
  public int clients() {
    return clients.values().stream().mapToInt(ClientLoop::open).sum();
  }
}
