package io.detour.ops.certificates;

import io.detour.core.Host;
import io.detour.rules.Hop;
import io.detour.server.dial.DialOptions;
import io.detour.server.dial.DialResult;
import io.detour.server.dial.Dialer;
import io.detour.server.dial.OwnAddresses;
import io.detour.server.dns.Resolution;
import io.detour.server.status.DialError;
import io.detour.server.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries targets out: resolves, connects, shakes hands. Nothing but the handshake is ever sent.
 *
 * <p>It has an event loop of its own, so whatever a server sends holds up no tunnel. Any thread may
 * probe, several at once; it waits for the report, in all for no longer than the DNS timeout, three
 * connect timeouts and the handshake's timeout.
 */
public final class Prober implements AutoCloseable {
  static final int AT_ONCE = 16;

  /** What the timers may be late by. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private final Dialer dialer;
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final TrustRoots roots;
  private final Duration handshakeTimeout;
  private final Duration longestStep;
  private final Clock clock;

  /** The same for a process that listens nowhere. */
  public Prober(DialOptions options, TrustRoots roots, Duration handshakeTimeout, Clock clock) {
    this(
        new Dialer(options, Transport.available(), new OwnAddresses()),
        roots,
        handshakeTimeout,
        clock);
  }

  /**
   * @param dialer is closed with this
   * @param handshakeTimeout of a TLS handshake: 1 ms to 1 h
   * @param clock tells whether a certificate has expired
   */
  public Prober(Dialer dialer, TrustRoots roots, Duration handshakeTimeout, Clock clock) {
    DialOptions options = dialer.options();
    this.dialer = dialer;
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("probe", true), dialer.transport().ioHandlers());
    this.loop = group.next();
    this.roots = roots;
    this.handshakeTimeout = handshakeTimeout;
    this.longestStep =
        options
            .dns()
            .timeout()
            .plus(options.connectTimeout().multipliedBy(4))
            .plus(handshakeTimeout)
            .plus(SLACK);
    this.clock = clock;
  }

  /** Tries a target out and waits. Through a parent proxy its name is not resolved here. */
  public ProbeReport probe(Probe probe) throws InterruptedException {
    ProbeReport.Lookup lookup = probe.via() == null ? lookUp(probe.target().host()) : null;
    boolean unresolved = lookup != null && lookup.answer() instanceof Resolution.Unresolved;
    if (probe.depth() == Probe.Depth.RESOLVE || unresolved) {
      return new ProbeReport(probe, lookup, null, null);
    }
    TlsHandshake handshake =
        probe.depth() == Probe.Depth.TLS
            ? new TlsHandshake(probe.legacyName(), handshakeTimeout)
            : null;
    Attempt attempt = onLoop(done -> connect(probe, handshake, done));
    TlsHandshake.Ending ending = attempt.ending();
    return new ProbeReport(
        probe,
        lookup,
        connection(attempt.dialled()),
        ending == null ? null : handshake(ending, probe.legacyName()));
  }

  /**
   * Tries several targets out, at most {@value #AT_ONCE} at once and each once.
   *
   * @return the reports in the order of the probes; those that were not over by then are missing
   */
  public Map<Probe, ProbeReport> probeAll(Collection<Probe> probes, Duration limit)
      throws InterruptedException {
    List<Probe> distinct = probes.stream().distinct().toList();
    List<Callable<ProbeReport>> calls = new ArrayList<>();
    distinct.forEach(probe -> calls.add(() -> probe(probe)));
    Map<Probe, ProbeReport> reports = new LinkedHashMap<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Math.clamp(distinct.size(), 1, AT_ONCE))) {
      List<Future<ProbeReport>> ends =
          threads.invokeAll(calls, limit.toMillis(), TimeUnit.MILLISECONDS);
      for (int i = 0; i < ends.size(); i++) {
        if (!ends.get(i).isCancelled()) {
          reports.put(distinct.get(i), ends.get(i).get());
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a probe failed", e.getCause());
    }
    return reports;
  }

  /**
   * What hosts have resolved to.
   *
   * @param addresses in the order in which they are tried
   * @param failures for hosts without, a line for a terminal
   * @param absent how many of those do not exist or have no address, by what DNS says
   */
  public record HostAddresses(
      Map<Host, List<InetAddress>> addresses, List<String> failures, int absent) {}

  /** Looks hosts up as the proxy does. Those whose answers are not there in time are missing. */
  public static HostAddresses addresses(Collection<Host> hosts, DialOptions options, Duration limit)
      throws InterruptedException {
    Map<Host, List<InetAddress>> addresses = new LinkedHashMap<>();
    List<String> failures = new ArrayList<>();
    int absent = 0;
    TrustRoots none = new TrustRoots(Set.of());
    try (Prober prober = new Prober(options, none, SLACK, Clock.systemUTC())) {
      List<Probe> probes = hosts.stream().map(Probe::ofAddresses).toList();
      for (ProbeReport report : prober.probeAll(probes, limit).values()) {
        Host host = report.probe().legacyName();
        switch (Objects.requireNonNull(report.lookup()).answer()) {
          case Resolution.Addresses(List<InetAddress> inOrder) -> addresses.put(host, inOrder);
          case Resolution.Unresolved unresolved -> {
            failures.add(host + ": " + unresolved.details());
            absent += isAbsent(unresolved) ? 1 : 0;
          }
        }
      }
    }
    return new HostAddresses(addresses, failures, absent);
  }

  private static boolean isAbsent(Resolution.Unresolved unresolved) {
    return unresolved.equals(Resolution.Unresolved.of(DialError.DNS_ERROR))
        || "NXDOMAIN".equals(unresolved.rcode());
  }

  private ProbeReport.Lookup lookUp(Host host) throws InterruptedException {
    long startNanoTime = System.nanoTime();
    Resolution answer = onLoop(done -> dialer.resolve(host, loop, done));
    return new ProbeReport.Lookup(answer, Duration.ofNanos(System.nanoTime() - startNanoTime));
  }

  /** The end of a connection that was made, with or without a handshake. */
  private record Attempt(DialResult dialled, TlsHandshake.@Nullable Ending ending) {}

  private void connect(Probe probe, @Nullable TlsHandshake handshake, Consumer<Attempt> done) {
    dialer.dial(
        new Hop(Hop.ASKED, probe.target(), probe.via(), probe.allow()),
        null,
        loop,
        result -> {
          if (result instanceof DialResult.Connected connected && handshake != null) {
            handshake.start(
                connected.upstream(), ending -> done.accept(new Attempt(result, ending)));
            return;
          }
          if (result instanceof DialResult.Connected connected) {
            connected.upstream().close();
          }
          done.accept(new Attempt(result, null));
        });
  }

  private static ProbeReport.Connection connection(DialResult result) {
    Duration took = Duration.ofNanos(result.connectNanos());
    return switch (result) {
      case DialResult.Connected connected ->
          new ProbeReport.Connection.Made(connected.remote(), connected.attempts(), took);
      case DialResult.Failed failed ->
          new ProbeReport.Connection.Failed(
              failed.error(), failed.details(), failed.rcode(), failed.attempts(), took);
    };
  }

  private ProbeReport.Handshake handshake(TlsHandshake.Ending ending, Host legacyName) {
    Instant now = clock.instant();
    CertificateCheck certificate =
        ending.chain().isEmpty()
            ? null
            : CertificateCheck.of(ending.chain(), legacyName, roots, now);
    if (ending.error() != null) {
      return new ProbeReport.Handshake.Failed(
          ending.error(), ending.details(), certificate, ending.took());
    }
    if (certificate == null) {
      throw new IllegalStateException("a handshake of a client has a certificate: " + ending);
    }
    return new ProbeReport.Handshake.Made(
        ending.protocol(), ending.cipherSuite(), certificate, ending.took());
  }

  /** Starts a step on the event loop and waits for what it tells. */
  private <T> T onLoop(Consumer<Consumer<T>> step) throws InterruptedException {
    CompletableFuture<T> told = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            step.accept(told::complete);
          } catch (RuntimeException | Error e) {
            told.completeExceptionally(e);
          }
        });
    try {
      return told.get(longestStep.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a step of a probe failed", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("nothing for " + longestStep, e);
    }
  }

  /** Ends what runs; a thread that waits for it gets no report. */
  @Override
  public void close() {
    dialer.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
