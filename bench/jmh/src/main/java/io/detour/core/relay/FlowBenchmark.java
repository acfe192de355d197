package io.detour.core.relay;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the relay itself costs beside the system calls, and what it allocates, which should be
 * nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FlowBenchmark {
  private static final int MESSAGE_BYTES = 64;
  private static final int BURST_BYTES = 128 * 1024;

  private final RelayOptions options = RelayOptions.defaults();
  private final InstantKernel kernel = new InstantKernel();
  private final FlowFixture copying = fixture(RelayMode.COPY);
  private final FlowFixture splicing = fixture(RelayMode.SPLICE);

  private FlowFixture fixture(RelayMode mode) {
    return new FlowFixture(
        options.withMode(mode), kernel, InstantKernel.SOURCE, InstantKernel.SINK);
  }

  /** Gives the buffers and the event loops back. */
  @TearDown
  public void close() {
    copying.close();
    splicing.close();
  }

  /** A small message: one {@code recv} and one {@code send}. */
  @Benchmark
  public Object messageCopied() {
    kernel.offer(MESSAGE_BYTES);
    return copying.turn();
  }

  /** A burst that fits into a pipe: two splices, and one that finds the source empty. */
  @Benchmark
  public Object burstSpliced() {
    kernel.offer(BURST_BYTES);
    return splicing.turn();
  }

  /** A turn that uses up its budget by copying. */
  @Benchmark
  public Object turnCopied() {
    kernel.offer(options.turnBytes());
    return copying.turn();
  }

  /** A turn that uses up its budget by splicing. */
  @Benchmark
  public Object turnSpliced() {
    kernel.offer(options.turnBytes());
    return splicing.turn();
  }
}
