package io.detour.rules;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading rules, each of which leads one exact host to another, in a heap of 512 MiB and in a JVM
 * that has done nothing else before: what a start costs.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 5,
    jvmArgsAppend = {"-Xmx512m", "-XX:+UseCompactObjectHeaders"})
@Warmup(iterations = 0)
@Measurement(iterations = 1)
public class RuleLoadBenchmark {
  /** How many rules there are. */
  @Param({"10000", "1000000"})
  public int ruleCount;

  /** The format of the files. */
  @Param({"yaml", "json"})
  public String format = "yaml";

  private Path folder = Path.of("");

  /** Writes the files. */
  @Setup
  public void write() throws IOException {
    folder = GeneratedRules.exact(ruleCount, format);
  }

  /** Reads them. */
  @Benchmark
  public RuleSet load() {
    return GeneratedRules.read(folder);
  }
}
