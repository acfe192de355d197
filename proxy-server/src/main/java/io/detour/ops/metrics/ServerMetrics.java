package io.detour.ops.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import io.detour.core.relay.RelayStatistics;
import io.detour.ops.ledger.Ledger;
import io.detour.rules.document.Fields;
import io.detour.server.account.ClientLimit;
import io.detour.server.account.DialCounts;
import io.detour.server.account.ListenerCounts;
import io.detour.server.account.RequestCounters;
import io.detour.server.account.RequestKind;
import io.detour.server.decide.Reloader;
import io.detour.server.files.FileWatch;
import io.detour.server.log.DroppingAppender;
import io.detour.server.log.LogOutput;
import io.detour.server.status.ProxyErrorType;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of the server, a method for each subject with a row for each metric: name, help,
 * labels and what reads the value. A row with a list of constants is a series for each of them.
 */
record ServerMetrics(MeterRegistry registry) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  void process(Metrics.BuildInfo build, BooleanSupplier draining) {
    Tags versions =
        Tags.of("version", build.version(), "revision", build.revision(), "java", build.java());
    gauge("detour.build.info", "What runs; always 1.", versions, () -> 1);
    gauge(
        "detour.draining",
        "1 when the process has stopped accepting and waits for tunnels to end, else 0.",
        () -> draining.getAsBoolean() ? 1 : 0);
    counter(
        "detour.access.log.dropped",
        "Lines of the access log for which there was no room, since the output was too slow.",
        () -> DroppingAppender.dropped(LogOutput.ACCESS));
    counter(
        "detour.diagnostics.dropped",
        "Lines about the process itself for which there was no room.",
        () -> DroppingAppender.dropped(LogOutput.DIAGNOSTICS));
  }

  void reloads(Supplier<Reloader.History> reloads) {
    gauge(
        "detour.config.last.reload.successful",
        "1 when rules, users and certificates had no problem when last read, else 0.",
        () -> reloads.get().isLastSuccessful() ? 1 : 0);
    gauge(
        "detour.config.last.reload.success.timestamp.seconds",
        "When a reload last had no problem, in seconds since 1970; at first the start.",
        () -> reloads.get().lastSuccess().getEpochSecond());
    String help = "Reloads, by whether no file had a problem.";
    counter(
        "detour.config.reloads",
        help,
        Tags.of("result", "success"),
        () -> reloads.get().successes());
    counter(
        "detour.config.reloads",
        help,
        Tags.of("result", "failure"),
        () -> reloads.get().failures());
  }

  void requests(RequestCounters requests) {
    for (RequestKind kind : RequestKind.values()) {
      for (int i = 0; i < kind.slotCount(); i++) {
        int slot = i;
        counter(
            "detour.requests",
            "Requests answered, by the status sent to the client.",
            Tags.of("kind", kind.label(), "code", kind.code(slot)),
            () -> requests.requestsInSlot(kind, slot));
      }
    }
    counters(
        "detour.request.errors",
        "Requests that failed, by the error type of RFC 9209.",
        "error",
        ProxyErrorType.values(),
        requests::requestErrors);
    counters(
        "detour.limit.rejections",
        "Clients that were turned away, by the limit that was reached.",
        "limit",
        ClientLimit.values(),
        requests::rejections);
    counter(
        "detour.silent.clients",
        "Clients that had not sent a byte when the head timeout was over; closed without a word.",
        requests::silentClients);
  }

  void relay(RelayStatistics relay) {
    gauges(
        "detour.tunnels.open",
        "Tunnels open now, by the path that their bytes take.",
        "relay",
        RelayPath.values(),
        relay::openTunnels);
    counters(
        "detour.tunnels",
        "Tunnels that have ended, by the path that they ended on.",
        "relay",
        RelayPath.values(),
        relay::endedTunnels);
    for (RelayPath path : RelayPath.values()) {
      for (Direction direction : Direction.values()) {
        counter(
            "detour.relayed.bytes",
            "Bytes delivered.",
            Tags.of("relay", Fields.wordOf(path), "direction", Fields.wordOf(direction)),
            () -> relay.relayedBytes(direction, path));
      }
    }
    counters(
        "detour.tunnel.closes",
        "Tunnels that have ended, by the reason.",
        "reason",
        CloseReason.values(),
        relay::closes);
    String help =
        "Pipes open for splice, by whether one holds bytes of a tunnel or waits for some.";
    gauge("detour.splice.pipes", help, Tags.of("state", "leased"), relay::leasedPipes);
    gauge("detour.splice.pipes", help, Tags.of("state", "pooled"), relay::pooledPipes);
    gauge("detour.splice.pipes.limit", "Pipes that may be open at once.", relay::pipesLimit);
    counters(
        "detour.splice.fallbacks",
        "Streaming directions that went over to copying, by the reason; small_reads is no fault.",
        "reason",
        SpliceFallback.values(),
        relay::spliceFallbacks);
  }

  void dials(DialCounts dials) {
    for (DialCounts.Family family : DialCounts.Family.values()) {
      for (DialCounts.Attempt result : DialCounts.Attempt.values()) {
        counter(
            "detour.upstream.connect.attempts",
            "Attempts to connect to an address; abandoned when another one was faster or the"
                + " client went away.",
            Tags.of("family", Fields.wordOf(family), "result", Fields.wordOf(result)),
            () -> dials.attempts(family, result));
      }
    }
    counters(
        "detour.dns.lookups",
        "Names that were looked up, by what came of it.",
        "result",
        DialCounts.Lookup.values(),
        dials::lookups);
  }

  void listener(String address, ListenerCounts counts) {
    Tags labels = Tags.of("listener", address);
    gauge(
        "detour.listener.connections.open",
        "Clients that are connected, by where they were accepted.",
        labels,
        counts::open);
    counter(
        "detour.listener.connections",
        "Clients that were accepted, by where.",
        labels,
        counts::total);
  }

  void files(FileWatch files) {
    gauge(
        "detour.file.look.duration.seconds",
        "How long the running check of files has taken so far; 0 if none is running.",
        Tags.of("files", files.files()),
        () -> files.lasting().toMillis() / 1000.0);
  }

  void ledger(Ledger ledger) {
    gauge(
        "detour.ledger.up",
        "1 when the ledger could be written at the last attempt, else 0.",
        () -> ledger.isUp() ? 1 : 0);
    gauge(
        "detour.ledger.queue.entries",
        "Rows in memory that are not in the ledger yet.",
        ledger::queueEntries);
    gauge(
        "detour.ledger.queue.limit",
        "Rows that may be in memory; beyond it, uses go to the folded row of their rule.",
        ledger::queueLimit);
    gauge("detour.ledger.entries", "Rows in the ledger, counted once a minute.", ledger::entries);
    gauge(
        "detour.ledger.last.write.timestamp.seconds",
        "When the ledger was written last, in seconds since 1970; 0 if it was not.",
        ledger::lastWriteSecond);
    counters(
        "detour.ledger.writes",
        "Attempts to write the ledger, by what came of it.",
        "result",
        Ledger.Write.values(),
        ledger::writes);
    counters(
        "detour.ledger.folded.uses",
        "Requests whose host and client went into the folded row of their rule, by where there"
            + " was no room.",
        "where",
        Ledger.Folded.values(),
        ledger::foldedUses);
  }

  /**
   * The series that every Prometheus client library has, under the names that dashboards and alerts
   * expect. Micrometer's own binders name them differently and fail {@code promtool check metrics}.
   */
  void operatingSystem() {
    var system = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);
    counter(
        "process.cpu.seconds",
        "User and system CPU time spent, in seconds.",
        () -> system.getProcessCpuTime() / NANOS_PER_SECOND);
    gauge("process.open.fds", "Open file descriptors.", system::getOpenFileDescriptorCount);
    gauge(
        "process.max.fds",
        "File descriptors that may be open at once.",
        system::getMaxFileDescriptorCount);
    gauge(
        "process.resident.memory.bytes",
        "Resident memory size in bytes.",
        () -> memoryBytes("VmRSS:"));
    gauge(
        "process.virtual.memory.bytes",
        "Virtual memory size in bytes.",
        () -> memoryBytes("VmSize:"));
  }

  /** A size in KiB of {@code /proc/self/status}, see proc_pid_status(5); NaN if there is none. */
  private static double memoryBytes(String field) {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(field))
          .mapToDouble(line -> 1024.0 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    gauge(name, help, Tags.empty(), value);
  }

  private void gauge(String name, String help, Tags labels, DoubleSupplier value) {
    Gauge.builder(name, value::getAsDouble).description(help).tags(labels).register(registry);
  }

  private void counter(String name, String help, DoubleSupplier value) {
    counter(name, help, Tags.empty(), value);
  }

  private void counter(String name, String help, Tags labels, DoubleSupplier value) {
    // Micrometer keeps a weak reference to the object; the registry lives as long as its page.
    FunctionCounter.builder(name + ".total", registry, _ -> value.getAsDouble())
        .description(help)
        .tags(labels)
        .register(registry);
  }

  private <E extends Enum<E>> void gauges(
      String name, String help, String label, E[] constants, ToDoubleFunction<E> value) {
    for (E each : constants) {
      gauge(name, help, Tags.of(label, Fields.wordOf(each)), () -> value.applyAsDouble(each));
    }
  }

  private <E extends Enum<E>> void counters(
      String name, String help, String label, E[] constants, ToDoubleFunction<E> value) {
    for (E each : constants) {
      counter(name, help, Tags.of(label, Fields.wordOf(each)), () -> value.applyAsDouble(each));
    }
  }
}
