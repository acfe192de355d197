package io.detour;

import io.detour.config.ServerOptions;
import io.detour.core.CloseReason;
import io.detour.core.relay.RelayEngine;
import io.detour.ops.admin.AdminContent;
import io.detour.ops.admin.AdminServer;
import io.detour.ops.admin.ReportPages;
import io.detour.ops.admin.RulePages;
import io.detour.ops.admin.ServerPages;
import io.detour.ops.admin.Throughput;
import io.detour.ops.certificates.CertificateWatch;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.ops.ledger.Ledger;
import io.detour.ops.ledger.ObservedRules;
import io.detour.ops.ledger.StoredCertificate;
import io.detour.ops.metrics.Metrics;
import io.detour.rules.document.Fields;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.DescriptorBudget;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.Listeners;
import io.detour.server.access.AccessControl;
import io.detour.server.account.RequestCounters;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.Dialer;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dial.RouteDialer;
import io.detour.server.log.AccessLog;
import io.detour.server.log.RequestIds;
import io.detour.server.parse.http.ViaField;
import io.detour.server.serve.BrowserAccess;
import io.detour.server.serve.CallServices;
import io.detour.server.serve.CurrentPac;
import io.detour.server.serve.Forward;
import io.detour.server.serve.ForwardListeners;
import io.detour.server.serve.FrontDoor;
import io.detour.server.serve.OpenTunnels;
import io.detour.server.serve.TunnelServices;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy that serves from {@link #start} to {@link #close}. Owns the event loops and everything
 * that lives on them. Any thread but an event loop.
 */
public final class Detour implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Detour.class);

  /** How long the event loops may take to end, once nothing is left on them. */
  private static final int CLOSE_SECONDS = 5;

  private static final int MAX_WAITING_PAGES = 16;

  private final Transport transport;
  private final InstantSource clock;
  private final EventLoopGroup group;
  private final RulesInForce rules;
  private final Reloader reloader;
  private final CurrentPac pac;
  private final BrowserAccess browsers;
  private final Listeners listeners;
  private final Dialer dialer;
  private final RouteDialer routes;
  private final RelayEngine engine;
  private final Ledger ledger;
  private final Metrics metrics;
  private final RequestCounters counters;
  private final Throughput throughput;
  private final OpenTunnels tunnels;
  private final ObservedRules observed;
  private final AcceptControl intake;
  private final RegularWork regularWork = new RegularWork();

  /** Makes pages that take a while, one after the other; refuses more than a few. */
  private final ExecutorService pages =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING_PAGES),
          work -> Thread.ofPlatform().daemon().name("pages").unstarted(work));

  private final TargetCertificates certificates = new TargetCertificates();
  private final OwnAddresses own = new OwnAddresses();
  private final ViaField pseudonym = ViaField.random();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile List<ListenerOptions> bound = List.of();
  private List<Forward> forwards = List.of();

  @SuppressWarnings("NullAway.Init") // set by start, which is the only way to make one
  private AdminServer admin;

  @SuppressWarnings("NullAway.Init") // set by start, which is the only way to make one
  private AccessControl access;

  private @Nullable FrontDoor door;
  private @Nullable AccessLog log;
  private volatile @Nullable CertificateWatch certificateWatch;

  private Detour(ServerOptions options, Transport transport, InstantSource clock) {
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
    pac = new CurrentPac(rules, clock);
    browsers = new BrowserAccess(pac, pages);
    counters = new RequestCounters(loops);
    listeners =
        new Listeners(
            transport, group, counters, options.limits().clients(), options.timeouts().head());
    dialer = new Dialer(options.dial().withPseudonym(pseudonym.text()), transport, own);
    routes = new RouteDialer(dialer);
    ledger = Ledger.open(options.ledger(), clock);
    observed = new ObservedRules(rules, ledger, clock);
    intake = new AcceptControl(listeners, observed, this::reload);
    rules.whenReplaced(this::rulesReplaced);
    engine = new RelayEngine(options.relay());
    tunnels = new OpenTunnels(engine, clock);
    throughput = new Throughput(counters, engine.statistics(), clock);
    metrics =
        new Metrics(
            Version.build(),
            rules,
            reloader.history(),
            counters,
            engine.statistics(),
            dialer.statistics(),
            intake::isDraining);
    metrics.registerCertificates(rules, certificates);
    if (ledger.isOn()) {
      metrics.registerLedger(ledger);
    }
  }

  private void rulesReplaced() {
    routes.forget();
    observed.look();
    CertificateWatch watch = certificateWatch;
    if (watch != null) {
      watch.rulesReplaced();
    }
  }

  /**
   * Serves from now on.
   *
   * @throws IOException if an address cannot be listened on; the message names it and the cause.
   *     Nothing is left then
   */
  public static Detour start(ServerOptions options) throws IOException {
    String whyNoEpoll = Transport.whyNoEpoll();
    if (whyNoEpoll != null) {
      logger.warn(
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
  static Detour start(ServerOptions options, Transport transport, InstantSource clock)
      throws IOException {
    ClientLimits limits =
        DescriptorBudget.fit(Path.of("/proc"), options.limits().clients(), options.threads());
    ServerOptions fitting = options.withLimits(limits);
    Detour server = new Detour(fitting, transport, clock);
    try {
      server.serve(fitting);
      return server;
    } catch (IOException | RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private void serve(ServerOptions options) throws IOException {
    access = AccessControl.start(options.access());
    log = new AccessLog(options.log().usesPerMinute());
    admin =
        AdminServer.start(
            transport,
            options.admin().listen().socketAddress(),
            options.admin().hosts(),
            content(options, log.ids()),
            intake);
    own.add(admin.localAddress());
    TunnelServices services =
        new TunnelServices(new CallServices(access, rules, routes, log, ledger, clock), engine);
    FrontDoor clients = new FrontDoor(services, options, pseudonym, browsers);
    door = clients;
    List<ListenerOptions> listening = new ArrayList<>();
    for (ListenerOptions listener : options.listen()) {
      listening.add(listeners.bind(listener, group, own, clients));
    }
    bound = List.copyOf(listening);
    browsers.through(bound);
    ForwardListeners forward =
        new ForwardListeners(listeners, own, services, options.relay().idle());
    forwards = forward.bind(options.forward(), group);
    metrics.registerListeners(listeners.counts());
    beginRegularWork(log, options.log().periodic());
    intake.open();
    if (options.certificateWatch().isPositive()) {
      watchCertificates(options);
    }
    if (options.rules().watch().isPositive()) {
      reloader.watch(options.rules().watch());
    }
  }

  private AdminContent content(ServerOptions options, RequestIds ids) {
    ZoneId zone = ZoneId.systemDefault();
    return new AdminContent(
        metrics,
        new RulePages(
            rules,
            certificates,
            options.access(),
            options.dial().parents(),
            browsers,
            pac,
            pages,
            clock,
            zone),
        new ServerPages(
            Version.build(),
            clock.instant(),
            Fields.wordOf(options.rules().mode()),
            rules,
            reloader.history(),
            counters,
            ids,
            tunnels,
            throughput,
            clock,
            zone),
        new ReportPages(ledger, rules, pages, clock, zone),
        options.configuration());
  }

  private void watchCertificates(ServerOptions options) {
    CertificateWatch watch =
        CertificateWatch.start(
            rules,
            certificates,
            options.certificateWatch(),
            options.dial().withPseudonym(pseudonym.text()),
            own,
            clock);
    if (ledger.isOn()) {
      watch.whenLearnt(learnt -> ledger.certificate(StoredCertificate.of(learnt)));
    }
    certificateWatch = watch;
  }

  private void beginRegularWork(AccessLog log, Duration periodic) {
    regularWork.sample(throughput);
    regularWork.sweep(log);
    if (ledger.isOn()) {
      regularWork.account(observed, tunnels);
    }
    if (periodic.isPositive()) {
      regularWork.report(tunnels, log, periodic);
    }
  }

  /**
   * Where clients of the proxy are accepted, in the order of {@link ServerOptions#listen}, with the
   * ports that were chosen where 0 was asked for.
   */
  public List<ListenerOptions> listeners() {
    return bound;
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
   * Reads the rules again, and the certificates of listeners. No tunnel is touched, and no caller
   * waits.
   *
   * @param trigger why
   * @return what came of it, on a thread that must not be held up
   */
  public CompletableFuture<ReloadResult> reload(Reloader.Trigger trigger) {
    listeners.readCertificates();
    return reloader.reload(trigger);
  }

  /**
   * Accepts no clients until {@link #resume}: they wait in the kernel's backlog. Tunnels go on. Any
   * thread.
   *
   * @return done when it is so
   */
  public CompletableFuture<Void> pause() {
    return intake.pause();
  }

  /**
   * Accepts clients again. Any thread.
   *
   * @return done when it is so
   */
  public CompletableFuture<Void> resume() {
    return intake.resume();
  }

  /** Calls once somebody asks for a drain over the admin interface; the caller is to do it. */
  public void whenDrainIsAsked(Runnable told) {
    intake.whenDrainIsAsked(told);
  }

  /** The tunnels that are open. */
  OpenTunnels tunnels() {
    return tunnels;
  }

  /** How many clients are connected, those of plain TCP listeners included. */
  int clients() {
    return listeners.clients();
  }

  /**
   * Stops accepting at once and waits until the last client is gone.
   *
   * @param timeout how long to wait; then the tunnels that are left are closed, and the requests of
   *     plain HTTP that are being served are cut
   * @return how many clients were left
   * @throws InterruptedException if the waiting was interrupted; nothing more is closed then
   */
  public int drain(Duration timeout) throws InterruptedException {
    intake.close();
    int left = intake.awaitLastClient(timeout);
    engine.closeAll(CloseReason.DRAIN).join();
    cutPlainHttp();
    return left;
  }

  /** A connection that is closed in the middle of a response must not look like its end. */
  private void cutPlainHttp() {
    if (door != null) {
      door.cut();
    }
  }

  /** Closes everything at once. A second call does nothing. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    intake.close();
    if (admin != null) {
      admin.close();
    }
    if (access != null) {
      access.close();
    }
    reloader.close();
    regularWork.close();
    pages.shutdownNow();
    CertificateWatch watch = certificateWatch;
    if (watch != null) {
      watch.close();
    }
    engine.close();
    cutPlainHttp();
    if (log != null) {
      log.finish();
    }
    dialer.close();
    metrics.close();
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    // The last tunnels have told their bytes by now.
    ledger.close();
  }
}
