package io.detour.rules;

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

/** A decision on a host of 60 characters with 1,000 rules that all are regular expressions. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "-XX:+UseCompactObjectHeaders")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RegexBenchmark {
  private static final int RULES = 1000;

  /**
   * What tells the expressions apart: the beginning, with one domain for all of them; the domain;
   * or nothing that stands in them as it is, which no index can use.
   */
  @Param({"beginning", "domain", "nothing"})
  public String difference = "beginning";

  private RuleSet rules = RuleSet.empty();
  private Request hit = RuleSetBenchmark.request("h:1");
  private Request miss = RuleSetBenchmark.request("h:1");

  /** Reads the rules as a server does. */
  @Setup
  public void load() throws IOException {
    GeneratedRules text = new GeneratedRules();
    for (int i = 0; i < RULES; i++) {
      text.rewrite("regex-" + i, "regex: '" + regex(i) + "'", "{1}{2}.apps.new.example.com");
    }
    rules = text.load();
    hit = RuleSetBenchmark.request(padded("app" + 700 + "-", tail(700)) + ":443");
    miss = RuleSetBenchmark.request(padded("srv" + 700 + "-", ".corp.example.org") + ":443");
    if (!(rules.decide(hit) instanceof Decision.Rewrite)
        || !(rules.decide(miss) instanceof Decision.Unmatched)) {
      throw new IllegalStateException(difference + ": " + rules.decide(hit));
    }
  }

  private String regex(int i) {
    return switch (difference) {
      case "beginning" -> "app" + i + "-([a-z]+)-([0-9]+)\\.corp\\.example\\.net";
      case "domain" -> "app[0-9]+-([a-z]+)-([0-9]+)\\.corp" + i + "\\.example\\.net";
      default ->
          "app[0-9]+-([a-z]+)-([0-9]{" + (i == 700 ? 2 : 3 + i % 20) + "})\\.corp\\.example\\.net";
    };
  }

  private String tail(int i) {
    return difference.equals("domain") ? ".corp" + i + ".example.net" : ".corp.example.net";
  }

  /** A host of 60 characters. */
  private static String padded(String head, String tail) {
    String number = "-17";
    int letters = 60 - head.length() - number.length() - tail.length();
    return head + "a".repeat(letters) + number + tail;
  }

  /** The rule in the middle matches. */
  @Benchmark
  public Decision hit() {
    return rules.decide(hit);
  }

  /** No rule matches. */
  @Benchmark
  public Decision miss() {
    return rules.decide(miss);
  }
}
