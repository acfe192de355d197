package io.detour.server;

import io.detour.core.CloseReason;
import io.detour.core.HostPort;
import io.detour.core.relay.RelayEngine;
import io.detour.server.access.AccessControl;
import io.detour.server.admin.AdminServer;
import io.detour.server.connect.ClientConnection;
import io.detour.server.connect.ClientServices;
import io.detour.server.connect.ClientTimeouts;
import io.detour.server.connect.Destinations;
import io.detour.server.connect.PlainHttp;
import io.detour.server.connect.Pseudonym;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.Dialer;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dial.RouteDialer;
import io.detour.server.exchange.ExchangeServices;
import io.detour.server.exchange.Exchanges;
import io.detour.server.forward.Forward;
import io.detour.server.forward.ForwardListeners;
import io.detour.server.http.HeadLimits;
import io.detour.server.listen.Listeners;
import io.detour.server.observe.AccessLog;
import io.detour.server.observe.Metrics;
import io.detour.server.observe.RequestCounters;
import io.detour.server.passage.PassageServices;
import io.detour.server.reload.ReloadResult;
import io.detour.server.reload.ReloadTrigger;
import io.detour.server.reload.Reloader;
import io.detour.server.transport.Transport;
import io.detour.server.tunnel.ConnectAsker;
import io.detour.server.tunnel.Tunnel;
import io.detour.server.tunnel.TunnelServices;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy that serves from {@link #start} to {@link #close}. Owns the event loops and everything
 * that lives on them. Any thread but an event loop.
 */
public final class DetourServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DetourServer.class);

  /** How long the event loops may take to end, once nothing is left on them. */
  private static final int CLOSE_SECONDS = 5;

  private static final long DRAIN_LOOK_MILLIS = 20;

  private final Transport transport;
  private final InstantSource clock;
  private final EventLoopGroup group;
  private final RulesInForce rules;
  private final Reloader reloader;
  private final Listeners listeners;
  private final Dialer dialer;
  private final RouteDialer routes;
  private final RelayEngine engine;
  private final Metrics metrics;
  private final OwnAddresses own = new OwnAddresses();
  private volatile boolean draining;
  private List<InetSocketAddress> addresses = List.of();
  private List<Forward> forwards = List.of();

  @SuppressWarnings("NullAway.Init") // set by start, which is the only way to make one
  private AdminServer admin;

  private DetourServer(ServerOptions options, Transport transport, InstantSource clock) {
    this.transport = transport;
    this.clock = clock;
    int loops = options.threads();
    group =
        new MultiThreadIoEventLoopGroup(
            loops,
            new DefaultThreadFactory("loop"),
            transport.servingHandlers().of(options.busyPoll(), loops > 1));
    rules = new RulesInForce(options.rules().first());
    reloader = new Reloader(options.rules().loader(), rules, clock);
    RequestCounters counters = new RequestCounters(loops);
    listeners = new Listeners(transport, group, counters);
    dialer = new Dialer(options.dial(), transport, own);
    routes = new RouteDialer(dialer);
    rules.whenReplaced(routes::forget);
    engine = new RelayEngine(options.relay());
    metrics =
        new Metrics(
            Version.build(),
            rules,
            reloader.history(),
            counters,
            engine.statistics(),
            () -> draining);
  }

  /**
   * Serves from now on.
   *
   * @throws IOException if an address cannot be listened on; the message names it and the cause.
   *     Nothing is left then
   */
  public static DetourServer start(ServerOptions options) throws IOException {
    String whyNoEpoll = Transport.whyNoEpoll();
    if (whyNoEpoll != null) {
      LOG.warn(
          "there is no epoll, so NIO is used, which is slower and cannot splice: {}", whyNoEpoll);
    }
    return start(options, Transport.available(), InstantSource.system());
  }

  /**
   * The same.
   *
   * @param transport is known to work here
   * @param clock the time of day
   */
  static DetourServer start(ServerOptions options, Transport transport, InstantSource clock)
      throws IOException {
    DetourServer server = new DetourServer(options, transport, clock);
    try {
      server.serve(options);
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  private void serve(ServerOptions options) throws IOException {
    admin =
        AdminServer.start(
            transport,
            options.admin().socketAddress(),
            Set.of(),
            metrics,
            reloader,
            () -> draining);
    own.add(admin.localAddress());
    AccessLog log = new AccessLog();
    TunnelServices services =
        new TunnelServices(new PassageServices(rules, routes, log, clock), engine);
    ClientServices clients = clients(services, options);
    addresses =
        listeners.bind(
            options.listen(),
            group,
            own,
            (client, loop) ->
                client.pipeline().addLast(new ClientConnection(clients, loop, client)));
    ForwardListeners forward =
        new ForwardListeners(listeners, own, services, options.relay().idle());
    forwards = forward.bind(options.forward(), group);
    listeners.accept();
    if (options.rules().watch().isPositive()) {
      reloader.watch(options.rules().watch());
    }
  }

  private static ClientServices clients(TunnelServices tunnels, ServerOptions options) {
    Pseudonym pseudonym = Pseudonym.random();
    ClientTimeouts timeouts = options.timeouts();
    HeadLimits limits = HeadLimits.defaults();
    ExchangeServices exchanges =
        new ExchangeServices(tunnels.passages(), limits, timeouts, pseudonym);
    return new ClientServices(
        new AccessControl(),
        limits,
        timeouts,
        pseudonym,
        tunnels.passages().log(),
        new Destinations() {
          @Override
          public void tunnel(ClientConnection client, HostPort asked) {
            ConnectAsker asker = new ConnectAsker(client.loop(), client.channel(), client.user());
            Tunnel.start(tunnels, client.loop(), asker, asked);
          }

          @Override
          public PlainHttp plainHttp(ClientConnection client) {
            return new Exchanges(exchanges, client);
          }
        });
  }

  /** Where clients of the proxy are accepted, in the order of {@link ServerOptions#listen}. */
  public List<InetSocketAddress> addresses() {
    return addresses;
  }

  /** The plain TCP listeners, with the ports that were chosen where 0 was asked for. */
  public List<Forward> forwards() {
    return forwards;
  }

  /** Where the admin interface listens. */
  public InetSocketAddress adminAddress() {
    return admin.localAddress();
  }

  /**
   * Reads the rules again. No tunnel is touched, and no caller waits.
   *
   * @param trigger why
   * @return what came of it, on a thread that must not be held up
   */
  public CompletableFuture<ReloadResult> reload(ReloadTrigger trigger) {
    return reloader.reload(trigger);
  }

  /** How many clients are connected, those of plain TCP listeners included. */
  int clients() {
    return listeners.clients();
  }

  /**
   * Stops accepting at once and waits until the last client is gone.
   *
   * @param timeout how long to wait; then the tunnels that are left are closed
   * @return how many clients were left
   * @throws InterruptedException if the waiting was interrupted; nothing more is closed then
   */
  public int drain(Duration timeout) throws InterruptedException {
    draining = true;
    listeners.stopAccepting();
    long start = System.nanoTime();
    while (listeners.clients() > 0 && System.nanoTime() - start < timeout.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(DRAIN_LOOK_MILLIS);
    }
    int left = listeners.clients();
    engine.closeAll(CloseReason.DRAIN).join();
    return left;
  }

  /** Closes everything at once. */
  @Override
  public void close() {
    listeners.stopAccepting();
    if (admin != null) {
      admin.close();
    }
    reloader.close();
    engine.close();
    dialer.close();
    metrics.close();
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
