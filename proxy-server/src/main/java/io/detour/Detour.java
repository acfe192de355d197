package io.detour;

import io.detour.Shutdown.Step;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.ServerOptions;
import io.detour.core.CloseReason;
import io.detour.ops.admin.AdminServer;
import io.detour.ops.admin.AdminServer.AdminContent;
import io.detour.ops.admin.ReportPages;
import io.detour.ops.admin.RulePages;
import io.detour.ops.admin.ServerPages;
import io.detour.ops.admin.Throughput;
import io.detour.ops.certificates.CertificateWatch;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.ops.ledger.ObservedRules;
import io.detour.ops.metrics.Metrics;
import io.detour.rules.document.Fields;
import io.detour.server.accept.ClientLimits;
import io.detour.server.accept.DescriptorBudget;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AllowedHosts;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import io.detour.server.serve.AutoConfig;
import io.detour.server.serve.Forward;
import io.detour.server.serve.ForwardListeners;
import io.detour.server.serve.HttpEntrance;
import io.detour.server.serve.OpenTunnels;
import io.detour.server.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy that serves from {@link #start} to {@link #close}. Owns the event loops and everything
 * that lives on them. Any thread but an event loop.
 */
public final class Detour implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Detour.class);

  private static final int MAX_WAITING_PAGES = 16;

  /** How long a stop may take: the ledger has 15 s for its last attempts. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  /** The same for what a start that failed has made. */
  private static final Duration ABANDON_LIMIT = Duration.ofMillis(500);

  private static final int DRAIN_SECONDS = 5;

  private final Shutdown shutdown;
  private final DataPath path;
  private final ObservedRules observed;
  private final AcceptControl acceptControl;
  private final OpenTunnels tunnels;
  private final Throughput throughput;
  private final TargetCertificates certificates = new TargetCertificates();
  private final Metrics metrics;
  private final ExecutorService pages;
  private final List<ListenerOptions> bound = new CopyOnWriteArrayList<>();
  private final AutoConfig autoConfig;
  private final AdminServer admin;
  private final HttpEntrance entrance;
  private final List<Forward> forwards;

  /** How long it took to cut the tunnels behind a drain, which is a part of the stop. */
  private volatile long cutNanos;

  /**
   * Serves from now on.
   *
   * @throws IOException if an address cannot be listened on; the message names it and the cause.
   *     Nothing is left then
   */
  public static Detour start(ServerOptions options) throws IOException {
    String whyNoEpoll = Transport.whyNoEpoll();
    DataPath.requireSplice(options.settings(), whyNoEpoll);
    if (whyNoEpoll != null) {
      logger.warn(
          "there is no epoll, so NIO is used, which is slower and cannot splice: {}", whyNoEpoll);
    }
    return start(options, Transport.available(), InstantSource.system());
  }

  /** The same on a transport that is known to work here. */
  static Detour start(ServerOptions options, Transport transport, InstantSource clock)
      throws IOException {
    return start(options, transport, clock, new Shutdown());
  }

  static Detour start(
      ServerOptions options, Transport transport, InstantSource clock, Shutdown shutdown)
      throws IOException {
    Configuration settings = options.settings();
    ClientLimits limits =
        DescriptorBudget.fit(
            Path.of("/proc"),
            settings.clientLimits(),
            settings.threads(),
            AdminServer.MAX_DESCRIPTORS);
    ServerOptions fitting = options.with(settings.withLimits(limits));
    try {
      return new Detour(fitting, transport, clock, shutdown);
    } catch (IOException | RuntimeException | Error e) {
      shutdown.run(ABANDON_LIMIT);
      throw e;
    }
  }

  private Detour(ServerOptions options, Transport transport, InstantSource clock, Shutdown shutdown)
      throws IOException {
    this.shutdown = shutdown;
    Configuration settings = options.settings();
    path = DataPath.of(options, transport, clock, shutdown);
    observed = new ObservedRules(path.rules(), path.ledger(), clock);
    acceptControl = new AcceptControl(path.listeners(), observed, path.reloader());
    shutdown.add(Step.ACCEPT, acceptControl, AcceptControl::close);
    tunnels = new OpenTunnels(path.services().engine(), clock);
    throughput = new Throughput(path.counters(), path.services().engine().statistics(), clock);
    metrics = shutdown.add(Step.METRICS, metrics(), Metrics::close);
    pages = shutdown.add(Step.PAGES, pageThread("pages"), ExecutorService::shutdownNow);
    ExecutorService pac = shutdown.add(Step.PAC, pageThread("pac"), ExecutorService::shutdownNow);
    AllowedHosts hosts = new AllowedHosts(settings.admin().hosts());
    autoConfig = new AutoConfig(path.rules(), clock, pac, bound, hosts, settings.pac());
    admin = shutdown.add(Step.ADMIN, startAdmin(options, transport), AdminServer::close);
    path.own().add(admin.localAddress());
    entrance =
        new HttpEntrance(
            path.services(),
            settings.headLimits(),
            settings.clientTimeouts(),
            path.via(),
            autoConfig,
            () -> !acceptControl.isDraining() && !acceptControl.isPaused());
    shutdown.add(Step.PLAIN_HTTP, entrance, HttpEntrance::cut);
    for (ListenerOptions listener : settings.listen()) {
      bound.add(path.listeners().bind(listener, path.group(), entrance));
    }
    forwards =
        new ForwardListeners(path.listeners(), path.services(), settings.relayOptions().idle())
            .bind(settings.forward(), path.group());
    path.listeners().counts().forEach(metrics::addListener);
    path.files().forEach(metrics::addFiles);
    begin(options);
  }

  /** Makes pages that take a while, one after the other; refuses more than a few. */
  private static ExecutorService pageThread(String name) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(MAX_WAITING_PAGES),
        work -> Thread.ofPlatform().daemon().name(name).unstarted(work));
  }

  private Metrics metrics() {
    return new Metrics(
        Version.build(),
        path.rules(),
        certificates,
        path.reloader()::history,
        path.counters(),
        path.services().engine().statistics(),
        path.dialer().statistics(),
        path.ledger(),
        acceptControl::isDraining);
  }

  private AdminServer startAdmin(ServerOptions options, Transport transport) throws IOException {
    return AdminServer.start(
        transport,
        options.settings().admin().listen().socketAddress(),
        options.settings().admin().hosts(),
        content(options),
        acceptControl);
  }

  private AdminContent content(ServerOptions options) {
    ZoneId zone = ZoneId.systemDefault();
    return new AdminContent(
        metrics,
        new RulePages(
            path.rules(),
            certificates,
            options.settings().access(),
            options.settings().get(ConfigurationKey.PARENTS),
            autoConfig,
            path.services().clock(),
            zone),
        new ServerPages(
            Version.build(),
            path.services().clock().instant(),
            Fields.wordOf(options.rules().mode()),
            path.rules(),
            path.reloader()::history,
            path.counters(),
            path.services().log().ids(),
            tunnels,
            throughput,
            path.services().clock(),
            zone),
        new ReportPages(path.ledger(), path.rules(), pages, path.services().clock(), zone),
        options.shown());
  }

  /** Lets clients in, and begins what is done beside them. */
  private void begin(ServerOptions options) {
    Configuration settings = options.settings();
    Duration period = settings.get(ConfigurationKey.CERTIFICATES_WATCH);
    CertificateWatch watch =
        period.isPositive()
            ? watchCertificates(period, settings.get(ConfigurationKey.CERTIFICATES_TRUST))
            : null;
    path.rules()
        .whenReplaced(
            () -> {
              path.services().dialer().forget();
              observed.look();
              if (watch != null) {
                watch.rulesReplaced();
              }
            });
    beginRegularWork(options.settings().log().periodic());
    SpareThreads.require();
    acceptControl.open();
    if (options.rules().watch().isPositive()) {
      path.reloader().watch(options.rules().watch());
    }
  }

  private CertificateWatch watchCertificates(Duration period, List<Path> trust) {
    return shutdown.add(
        Step.CERTIFICATE_WATCH,
        CertificateWatch.start(
            path.rules(),
            certificates,
            period,
            trust,
            path.dialer().sharingNames(),
            path.services().clock(),
            path.ledger()::certificate),
        CertificateWatch::close);
  }

  private void beginRegularWork(Duration periodic) {
    RegularWork work = shutdown.add(Step.REGULAR_WORK, new RegularWork(), RegularWork::close);
    work.sample(throughput);
    work.sweep(path.services().log());
    work.oversee(path.files());
    work.refresh(path.own());
    if (path.ledger().isOn()) {
      work.account(observed, tunnels);
    }
    if (periodic.isPositive()) {
      work.report(tunnels, path.services().log(), periodic);
    }
  }

  /**
   * Where clients of the proxy are accepted, in the order of {@link Configuration#listen}, with the
   * ports that were chosen where 0 was asked for.
   */
  public List<ListenerOptions> listeners() {
    return List.copyOf(bound);
  }

  /** The plain TCP listeners, with the ports that were chosen where 0 was asked for. */
  public List<Forward> forwards() {
    return forwards;
  }

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
    return acceptControl.reload(trigger);
  }

  /** Calls once somebody asks for a drain over the admin interface; the caller is to do it. */
  public void whenDrainIsAsked(Runnable told) {
    acceptControl.whenDrainIsAsked(told);
  }

  OpenTunnels tunnels() {
    return tunnels;
  }

  /** How many clients are connected, those of plain TCP listeners included. */
  int clients() {
    return path.listeners().clients();
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
    acceptControl.close();
    int left = acceptControl.awaitLastClient(timeout);
    long start = System.nanoTime();
    var _ =
        path.services()
            .engine()
            .closeAll(CloseReason.DRAIN)
            .completeOnTimeout(null, DRAIN_SECONDS, TimeUnit.SECONDS)
            .join();
    entrance.cut();
    cutNanos = System.nanoTime() - start;
    return left;
  }

  /**
   * Closes everything at once, and waits for it, within a bounded time. A second call does nothing.
   */
  @Override
  public void close() {
    shutdown.run(CLOSE_LIMIT.minusNanos(cutNanos));
  }
}
