package io.detour.core.relay;

import io.detour.core.sys.Kernel;
import io.detour.core.sys.LinuxKernel;
import io.detour.core.sys.NativeMemory;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A message through two TCP connections of loopback, written and read by the benchmark itself: with
 * the relay between them, and, to subtract, through one connection without it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LoopbackFlowBenchmark {
  private static final int MAX_MESSAGE_BYTES = 16 * 1024;

  /** Bytes of a message. */
  @Param({"64", "16384"})
  public int messageBytes;

  private final Kernel kernel = new LinuxKernel();
  private final NativeMemory memory = new NativeMemory(MAX_MESSAGE_BYTES);
  private final LoopbackConnection client = LoopbackConnection.open();
  private final LoopbackConnection upstream = LoopbackConnection.open();
  private final FlowFixture copying = fixture(RelayMode.COPY);
  private final FlowFixture splicing = fixture(RelayMode.SPLICE);

  private FlowFixture fixture(RelayMode mode) {
    return new FlowFixture(
        RelayOptions.defaults().withMode(mode), kernel, client.secondEnd(), upstream.firstEnd());
  }

  /** Closes the connections and gives the buffers back. */
  @TearDown
  public void close() throws IOException {
    copying.close();
    splicing.close();
    client.close();
    upstream.close();
    memory.close();
  }

  /** No relay: one write and one read. */
  @Benchmark
  public int messageDirect() {
    write(client.firstEnd());
    int received = 0;
    while (received < messageBytes) {
      received += read(client.secondEnd());
    }
    return received;
  }

  /** The relay copies. */
  @Benchmark
  public int messageCopied() {
    return relayed(copying);
  }

  /** The relay splices. */
  @Benchmark
  public int messageSpliced() {
    return relayed(splicing);
  }

  /** Loopback delivers within the write, mostly: what is not there yet is asked for again. */
  private int relayed(FlowFixture flow) {
    write(client.firstEnd());
    int received = 0;
    while (received < messageBytes) {
      flow.turn();
      received += read(upstream.secondEnd());
    }
    return received;
  }

  private void write(int socket) {
    int sent = kernel.send(socket, memory.address(), messageBytes);
    if (sent != messageBytes) {
      throw new IllegalStateException("send: " + sent + " (expected: " + messageBytes + ")");
    }
  }

  private int read(int socket) {
    return Math.max(0, kernel.recv(socket, memory.address(), messageBytes));
  }
}
