package io.detour.ops.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The {@code process_*} series that every Prometheus client library has, under the names that
 * dashboards and alerts expect. Micrometer's own binders name them differently ({@code
 * process_files_open_files}, {@code process_cpu_time_ns_total}) and fail {@code promtool check
 * metrics}. The start time is {@code UptimeMetrics}' part.
 */
final class ProcessMetrics implements MeterBinder {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A platform bean: the JVM holds it for as long as it runs. */
  private final UnixOperatingSystemMXBean process =
      ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class);

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder(
            "process.cpu.seconds.total",
            process,
            bean -> bean.getProcessCpuTime() / NANOS_PER_SECOND)
        .description("User and system CPU time spent, in seconds.")
        .register(registry);
    gauge(
        registry,
        "process.open.fds",
        "Open file descriptors.",
        UnixOperatingSystemMXBean::getOpenFileDescriptorCount);
    gauge(
        registry,
        "process.max.fds",
        "File descriptors that may be open at once.",
        UnixOperatingSystemMXBean::getMaxFileDescriptorCount);
    gauge(
        registry,
        "process.resident.memory.bytes",
        "Resident memory size in bytes.",
        bean -> memoryBytes("VmRSS:"));
    gauge(
        registry,
        "process.virtual.memory.bytes",
        "Virtual memory size in bytes.",
        bean -> memoryBytes("VmSize:"));
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String help,
      ToDoubleFunction<UnixOperatingSystemMXBean> value) {
    Gauge.builder(name, process, value).description(help).register(registry);
  }

  /**
   * A size that {@code /proc/self/status} gives in KiB, see proc_pid_status(5); NaN if it cannot.
   */
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
}
