package io.detour.rules;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.rules.yaml.RuleFiles;
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
 * A decision, by how the host matches. Eight rules of ten name an exact host, one a suffix and one
 * a regular expression, in this order; each hit is on the last rule of its kind.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RuleSetBenchmark {
  /** How many rules there are, a multiple of ten. */
  @Param({"10", "10000"})
  public int ruleCount;

  private final Request missed = request("www.example.org:443");
  private RuleSet rules = RuleSet.empty();
  private Request exact = missed;
  private Request suffix = missed;
  private Request regex = missed;

  /** Reads the rules as a server does. */
  @Setup
  public void load() {
    int tenth = ruleCount / 10;
    StringBuilder yaml = new StringBuilder("version: 1\nrules:\n");
    for (int i = 0; i < 8 * tenth; i++) {
      rule(yaml, "exact-" + i, "exact: [host-" + i + ".old.example.com]", "host.new.example.com");
    }
    for (int i = 0; i < tenth; i++) {
      rule(yaml, "suffix-" + i, "suffix: .s" + i + ".example.net", "{prefix}.new.example.com");
    }
    for (int i = 0; i < tenth; i++) {
      String pattern = "regex: 'app-([a-z]+)-([0-9]+)\\.r" + i + "\\.example\\.net'";
      rule(yaml, "regex-" + i, pattern, "{1}{2}.new.example.com");
    }
    rules =
        switch (RuleFiles.parse("benchmark.yaml", yaml.toString())) {
          case RuleFiles.Loaded loaded -> loaded.rules();
          case RuleFiles.Rejected rejected ->
              throw new IllegalStateException(rejected.problems().getFirst().toString());
        };
    exact = request("host-" + (8 * tenth - 1) + ".old.example.com:443");
    suffix = request("www.s" + (tenth - 1) + ".example.net:443");
    regex = request("app-web-17.r" + (tenth - 1) + ".example.net:443");
    require(missed, Decision.Unmatched.class);
    for (Request hit : new Request[] {exact, suffix, regex}) {
      require(hit, Decision.Rewrite.class);
    }
  }

  private static void rule(StringBuilder yaml, String name, String host, String target) {
    yaml.append("  - name: ").append(name).append('\n');
    yaml.append("    match: { host: { ").append(host).append(" } }\n");
    yaml.append("    action: rewrite\n    to: \"").append(target).append("\"\n");
  }

  private static Request request(String text) {
    return switch (HostPort.parse(text)) {
      case HostPort parsed -> Request.of(parsed, 1_800_000_000);
      case MalformedAuthority malformed -> throw new IllegalArgumentException(malformed.problem());
    };
  }

  private void require(Request asked, Class<? extends Decision> kind) {
    Decision decision = rules.decide(asked);
    if (!kind.isInstance(decision)) {
      throw new IllegalStateException(asked + ": " + decision + " (expected: " + kind + ")");
    }
  }

  /** No rule matches. */
  @Benchmark
  public Decision miss() {
    return rules.decide(missed);
  }

  /** An exact host. */
  @Benchmark
  public Decision exactHit() {
    return rules.decide(exact);
  }

  /** A suffix, with the part before it carried over. */
  @Benchmark
  public Decision suffixHit() {
    return rules.decide(suffix);
  }

  /** A regular expression, with two groups carried over. */
  @Benchmark
  public Decision regexHit() {
    return rules.decide(regex);
  }
}
