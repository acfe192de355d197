package io.detour.rules;

import io.detour.core.HostPort;
import io.detour.rules.condition.Request;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A decision, by how the host matches. Of ten rules eight name an exact host, one a suffix and one
 * a regular expression, in this order. Each call asks for another of 1,024 hosts, which are spread
 * over all rules of their kind, so that not one rule stays in the processor's caches.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "-XX:+UseCompactObjectHeaders")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RuleSetBenchmark {
  private static final int HOSTS = 1024;

  /** How many rules there are, a multiple of ten. */
  @Param({"10", "10000", "1000000"})
  public int ruleCount;

  private final Request[] missed = new Request[HOSTS];
  private final Request[] exact = new Request[HOSTS];
  private final Request[] suffix = new Request[HOSTS];
  private final Request[] regex = new Request[HOSTS];
  private RuleSet rules = RuleSet.empty();
  private int next;

  /** Reads the rules as a server does. */
  @Setup
  public void load() throws IOException {
    int tenth = ruleCount / 10;
    GeneratedRules text = new GeneratedRules();
    for (int i = 0; i < 8 * tenth; i++) {
      text.rewrite("exact-" + i, "exact: host-" + i + ".old.example.com", "host.new.example.com");
    }
    for (int i = 0; i < tenth; i++) {
      text.rewrite("suffix-" + i, "suffix: .s" + i + ".example.net", "{prefix}.new.example.com");
    }
    for (int i = 0; i < tenth; i++) {
      String pattern = "regex: 'app-([a-z]+)-([0-9]+)\\.r" + i + "\\.example\\.net'";
      text.rewrite("regex-" + i, pattern, "{1}{2}.new.example.com");
    }
    rules = text.load();
    for (int i = 0; i < HOSTS; i++) {
      long spread = (long) i * tenth / HOSTS;
      missed[i] = request("www" + i + ".example.org:443");
      exact[i] = request("host-" + 8 * spread + ".old.example.com:443");
      suffix[i] = request("www.s" + spread + ".example.net:443");
      regex[i] = request("app-web-17.r" + spread + ".example.net:443");
      require(missed[i], Decision.Unmatched.class);
      require(exact[i], Decision.Rewrite.class);
      require(suffix[i], Decision.Rewrite.class);
      require(regex[i], Decision.Rewrite.class);
    }
  }

  static Request request(String text) {
    return Request.of(HostPort.parse(text).orElseThrow(), 1_800_000_000);
  }

  private void require(Request asked, Class<? extends Decision> kind) {
    Decision decision = rules.decide(asked);
    if (!kind.isInstance(decision)) {
      throw new IllegalStateException(asked + ": " + decision + " (expected: " + kind + ")");
    }
  }

  private Request one(Request[] requests) {
    next = next + 1 & HOSTS - 1;
    return requests[next];
  }

  /** No rule matches. */
  @Benchmark
  public Decision miss() {
    return rules.decide(one(missed));
  }

  /** An exact host. */
  @Benchmark
  public Decision exactHit() {
    return rules.decide(one(exact));
  }

  /** A suffix. */
  @Benchmark
  public Decision suffixHit() {
    return rules.decide(one(suffix));
  }

  /** A regular expression. */
  @Benchmark
  public Decision regexHit() {
    return rules.decide(one(regex));
  }
}
