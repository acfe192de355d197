package io.detour.ops.metrics;

import io.detour.core.relay.RelayStatistics;
import io.detour.ops.certificates.TargetCertificates;
import io.detour.ops.ledger.Ledger;
import io.detour.server.account.DialCounts;
import io.detour.server.account.ListenerCounts;
import io.detour.server.account.RequestCounters;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RulesInForce;
import io.detour.server.files.FileWatch;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All series of Detour, of its process and of its JVM.
 *
 * <p>Everything is pulled: a meter reads a plain counter when the page is written, so counting
 * costs the data path no shared write. Labels come from closed sets, and all their series exist at
 * 0 from the start, those of a rule from the moment in which it decides. Any thread may scrape.
 *
 * <p>{@link ServerMetrics}, {@link RuleMetrics} and {@link DurationMetrics} have the metrics, a row
 * each.
 */
public final class Metrics implements AutoCloseable {
  private static final ExpositionFormats FORMATS = ExpositionFormats.init();

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final ServerMetrics server = new ServerMetrics(registry);

  /** What runs; the revision of its sources may be {@code unknown}. */
  public record BuildInfo(String version, String revision, String java) {}

  /** The metrics page in one of its formats. */
  @SuppressWarnings("ArrayRecordComponent") // passed on and written once, never compared
  public record Page(String contentType, byte[] body) {}

  /** The ledger is left out if it is off. */
  public Metrics(
      BuildInfo build,
      RulesInForce rules,
      TargetCertificates certificates,
      Supplier<Reloader.History> reloads,
      RequestCounters requests,
      RelayStatistics relay,
      DialCounts dials,
      Ledger ledger,
      BooleanSupplier draining) {
    registry.throwExceptionOnRegistrationFailure();
    registry.getPrometheusRegistry().register(RuleMetrics.of(rules, certificates));
    registry.getPrometheusRegistry().register(new DurationMetrics(requests));
    server.process(build, draining);
    server.reloads(reloads);
    server.requests(requests);
    server.relay(relay);
    server.dials(dials);
    if (ledger.isOn()) {
      server.ledger(ledger);
    }
    server.operatingSystem();
    List<MeterBinder> binders =
        List.of(
            new UptimeMetrics(),
            new JvmInfoMetrics(),
            new JvmMemoryMetrics(),
            garbageCollection,
            new JvmThreadMetrics(),
            new ClassLoaderMetrics());
    binders.forEach(binder -> binder.bindTo(registry));
  }

  /** Puts a listener on the page, by its address. */
  public void addListener(String address, ListenerCounts counts) {
    server.listener(address, counts);
  }

  /** Puts files that are read again when they change on the page. */
  public void addFiles(FileWatch files) {
    server.files(files);
  }

  /**
   * Writes the page.
   *
   * @param accept the header {@code Accept}, which chooses between the Prometheus text format 0.0.4
   *     (also when absent), OpenMetrics and protobuf
   */
  public Page scrape(@Nullable String accept) {
    ExpositionFormatWriter writer = FORMATS.findWriter(accept);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      writer.write(
          body, registry.getPrometheusRegistry().scrape(), EscapingScheme.fromAcceptHeader(accept));
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array takes every write", e);
    }
    return new Page(writer.getContentType(), body.toByteArray());
  }

  /** Stops listening to the garbage collector. */
  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }
}
