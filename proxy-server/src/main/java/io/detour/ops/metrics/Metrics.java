package io.detour.ops.metrics;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import io.detour.core.relay.RelayStatistics;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.ops.ledger.LedgerStatistics;
import io.detour.rules.document.Fields;
import io.detour.server.account.ClientLimit;
import io.detour.server.account.DialCounts;
import io.detour.server.account.ListenerCounts;
import io.detour.server.account.RequestCounters;
import io.detour.server.account.RequestKind;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RulesInForce;
import io.detour.server.log.DroppingAppender;
import io.detour.server.log.LogOutput;
import io.detour.server.status.ProxyErrorType;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * All series of Detour, of its process and of its JVM.
 *
 * <p>Everything is pulled: a meter reads a plain counter when the page is written, so counting
 * costs the data path no shared write. Labels come from closed sets, and all their series exist at
 * 0 from the start, those of a rule from the moment in which it decides. Any thread may scrape.
 *
 * <p>Micrometer keeps only weak references to what its function counters read. All meters read
 * through this object, which therefore has to be kept as long as its page is wanted.
 */
public final class Metrics implements AutoCloseable {
  private static final ExpositionFormats FORMATS = ExpositionFormats.init();

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final RequestCounters requests;
  private final Reloader.History reloads;
  private final RelayStatistics relay;
  private final DialCounts dials;
  private final BooleanSupplier draining;

  /**
   * @param rules the rules in force, which may be replaced
   * @param reloads how they were replaced
   * @param draining whether the process has stopped accepting
   */
  public Metrics(
      BuildInfo build,
      RulesInForce rules,
      Reloader.History reloads,
      RequestCounters requests,
      RelayStatistics relay,
      DialCounts dials,
      BooleanSupplier draining) {
    this.requests = requests;
    this.reloads = reloads;
    this.relay = relay;
    this.dials = dials;
    this.draining = draining;
    registry.config().namingConvention(new KeepTotal());
    registry.throwExceptionOnRegistrationFailure();
    registry.getPrometheusRegistry().register(new RuleMetrics(rules));
    registry.getPrometheusRegistry().register(new DurationMetrics(requests));
    registerServer(build);
    registerReloads();
    registerRequests();
    registerRelay();
    registerDials();
    registerRuntime();
  }

  /**
   * Puts listeners on the page. To be called once.
   *
   * @param listeners by their addresses
   */
  public void registerListeners(Map<String, ListenerCounts> listeners) {
    listeners.forEach(
        (address, counts) -> {
          Tags labels = Tags.of("listener", address);
          gauge(
              "detour.listener.connections",
              "Clients that are connected, by where they were accepted.",
              labels,
              metrics -> counts.open());
          counter(
              "detour.listener.connections",
              "Clients that were accepted, by where.",
              labels,
              metrics -> counts.total());
        });
  }

  /** Puts the ledger on the page. To be called once, if there is one. */
  public void registerLedger(LedgerStatistics ledger) {
    gauge(
        "detour.ledger.up",
        "1 when the ledger could be written at the last attempt, else 0.",
        Tags.empty(),
        metrics -> ledger.isUp() ? 1 : 0);
    gauge(
        "detour.ledger.queue.entries",
        "Rows in memory that are not in the ledger yet.",
        Tags.empty(),
        metrics -> ledger.queueEntries());
    gauge(
        "detour.ledger.queue.limit",
        "Rows that may be in memory; beyond it, uses go to the folded row of their rule.",
        Tags.empty(),
        metrics -> ledger.queueLimit());
    gauge(
        "detour.ledger.entries",
        "Rows in the ledger, counted once a minute.",
        Tags.empty(),
        metrics -> ledger.entries());
    gauge(
        "detour.ledger.last.write.timestamp.seconds",
        "When the ledger was written last, in seconds since 1970; 0 if it was not.",
        Tags.empty(),
        metrics -> ledger.lastWriteSecond());
    for (LedgerStatistics.Write result : LedgerStatistics.Write.values()) {
      counter(
          "detour.ledger.writes",
          "Attempts to write the ledger, by what came of it.",
          Tags.of("result", Fields.wordOf(result)),
          metrics -> ledger.writes(result));
    }
    for (LedgerStatistics.Folded where : LedgerStatistics.Folded.values()) {
      counter(
          "detour.ledger.folded.uses",
          "Requests whose host and client went into the folded row of their rule, by where there"
              + " was no room.",
          Tags.of("where", Fields.wordOf(where)),
          metrics -> ledger.foldedUses(where));
    }
  }

  /**
   * Puts what is known of the certificates of targets on the page. To be called once.
   *
   * @param rules the rules in force
   */
  public void registerCertificates(RulesInForce rules, TargetCertificates certificates) {
    registry.getPrometheusRegistry().register(new CertificateMetrics(rules, certificates));
  }

  /**
   * Writes the page.
   *
   * @param accept the header {@code Accept}, which chooses between the Prometheus text format 0.0.4
   *     (also when absent), OpenMetrics and protobuf
   */
  public MetricsPage scrape(@Nullable String accept) {
    ExpositionFormatWriter writer = FORMATS.findWriter(accept);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      writer.write(
          body, registry.getPrometheusRegistry().scrape(), EscapingScheme.fromAcceptHeader(accept));
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array takes every write", e);
    }
    return new MetricsPage(writer.getContentType(), body.toByteArray());
  }

  /** Stops listening to the garbage collector. */
  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }

  private void registerServer(BuildInfo build) {
    Tags labels =
        Tags.of("version", build.version(), "revision", build.revision(), "java", build.java());
    gauge("detour.build.info", "What runs; always 1.", labels, metrics -> 1);
    gauge(
        "detour.draining",
        "1 when the process has stopped accepting and waits for tunnels to end, else 0.",
        Tags.empty(),
        metrics -> metrics.draining.getAsBoolean() ? 1 : 0);
  }

  private void registerReloads() {
    gauge(
        "detour.config.last.reload.successful",
        "1 when the rules had no problem when they were last read, else 0.",
        Tags.empty(),
        metrics -> metrics.reloads.lastSuccessful() ? 1 : 0);
    gauge(
        "detour.config.last.reload.success.timestamp.seconds",
        "When rules last came into force, in seconds since 1970; at first the start.",
        Tags.empty(),
        metrics -> metrics.reloads.lastSuccessSecond());
    String help = "Times the rules were read again, by whether they came into force.";
    counter(
        "detour.config.reloads",
        help,
        Tags.of("result", "success"),
        metrics -> metrics.reloads.successes());
    counter(
        "detour.config.reloads",
        help,
        Tags.of("result", "failure"),
        metrics -> metrics.reloads.failures());
  }

  private void registerRequests() {
    for (RequestKind kind : RequestKind.values()) {
      for (int i = 0; i < kind.slotCount(); i++) {
        int slot = i;
        counter(
            "detour.requests",
            "Requests answered, by the status sent to the client.",
            Tags.of("kind", kind.label(), "code", kind.code(slot)),
            metrics -> metrics.requests.requestsInSlot(kind, slot));
      }
    }
    for (ProxyErrorType error : ProxyErrorType.values()) {
      counter(
          "detour.request.errors",
          "Requests that failed, by the error type of RFC 9209.",
          Tags.of("error", error.token()),
          metrics -> metrics.requests.requestErrors(error));
    }
    for (ClientLimit limit : ClientLimit.values()) {
      counter(
          "detour.limit.rejections",
          "Clients that were turned away, by the limit that was reached.",
          Tags.of("limit", limit.label()),
          metrics -> metrics.requests.rejections(limit));
    }
  }

  private void registerRelay() {
    for (RelayPath path : RelayPath.values()) {
      Tags labels = Tags.of("relay", Fields.wordOf(path));
      gauge(
          "detour.tunnels",
          "Tunnels open now, by the path that their bytes take.",
          labels,
          metrics -> metrics.relay.openTunnels(path));
      counter(
          "detour.tunnels",
          "Tunnels that have ended, by the path that they ended on.",
          labels,
          metrics -> metrics.relay.endedTunnels(path));
      for (Direction direction : Direction.values()) {
        counter(
            "detour.relayed.bytes",
            "Bytes delivered.",
            labels.and("direction", Fields.wordOf(direction)),
            metrics -> metrics.relay.relayedBytes(direction, path));
      }
    }
    for (CloseReason reason : CloseReason.values()) {
      counter(
          "detour.tunnel.closes",
          "Tunnels that have ended, by the reason.",
          Tags.of("reason", Fields.wordOf(reason)),
          metrics -> metrics.relay.closes(reason));
    }
    registerPipes();
  }

  private void registerPipes() {
    String help =
        "Pipes open for splice, by whether one holds bytes of a tunnel or waits for some.";
    gauge(
        "detour.splice.pipes",
        help,
        Tags.of("state", "leased"),
        metrics -> metrics.relay.leasedPipes());
    gauge(
        "detour.splice.pipes",
        help,
        Tags.of("state", "pooled"),
        metrics -> metrics.relay.pooledPipes());
    gauge(
        "detour.splice.pipes.limit",
        "Pipes that may be open at once.",
        Tags.empty(),
        metrics -> metrics.relay.pipesLimit());
    for (SpliceFallback reason : SpliceFallback.values()) {
      counter(
          "detour.splice.fallbacks",
          "Streaming directions that went over to copying, by the reason; small_reads is no fault.",
          Tags.of("reason", Fields.wordOf(reason)),
          metrics -> metrics.relay.spliceFallbacks(reason));
    }
  }

  private void registerDials() {
    for (DialCounts.Family family : DialCounts.Family.values()) {
      for (DialCounts.Attempt result : DialCounts.Attempt.values()) {
        counter(
            "detour.upstream.connect.attempts",
            "Attempts to connect to an address; abandoned when another one was faster or the"
                + " client went away.",
            Tags.of("family", Fields.wordOf(family), "result", Fields.wordOf(result)),
            metrics -> metrics.dials.attempts(family, result));
      }
    }
    for (DialCounts.Lookup result : DialCounts.Lookup.values()) {
      counter(
          "detour.dns.lookups",
          "Names that were looked up, by what came of it.",
          Tags.of("result", Fields.wordOf(result)),
          metrics -> metrics.dials.lookups(result));
    }
  }

  private void registerRuntime() {
    counter(
        "detour.access.log.dropped",
        "Lines of the access log for which there was no room, since the output was too slow.",
        Tags.empty(),
        metrics -> DroppingAppender.dropped(LogOutput.ACCESS));
    counter(
        "detour.diagnostics.dropped",
        "Lines about the process itself for which there was no room.",
        Tags.empty(),
        metrics -> DroppingAppender.dropped(LogOutput.DIAGNOSTICS));
    List<MeterBinder> binders =
        List.of(
            new ProcessMetrics(),
            new UptimeMetrics(),
            new JvmInfoMetrics(),
            new JvmMemoryMetrics(),
            garbageCollection,
            new JvmThreadMetrics(),
            new ClassLoaderMetrics());
    binders.forEach(binder -> binder.bindTo(registry));
  }

  private void gauge(String name, String help, Tags labels, ToDoubleFunction<Metrics> value) {
    Gauge.builder(name, this, value).description(help).tags(labels).register(registry);
  }

  private void counter(String name, String help, Tags labels, ToDoubleFunction<Metrics> value) {
    FunctionCounter.builder(name + ".total", this, value)
        .description(help)
        .tags(labels)
        .register(registry);
  }

  /**
   * Names a counter with its suffix. Micrometer's own convention leaves {@code _total} to the
   * writer and so takes the counter {@code detour_tunnels_total} for a second meter of the name of
   * the gauge {@code detour_tunnels}.
   */
  private static final class KeepTotal extends PrometheusNamingConvention {
    private static final String SUFFIX = "_total";

    @Override
    public String name(String name, Meter.Type type, @Nullable String baseUnit) {
      String named = super.name(name, type, baseUnit);
      return type == Meter.Type.COUNTER && !named.endsWith(SUFFIX) ? named + SUFFIX : named;
    }
  }
}
