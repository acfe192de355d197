package io.detour.rules;

import static io.detour.rules.Hosts.address;
import static io.detour.rules.Hosts.asked;
import static io.detour.rules.Hosts.exact;
import static io.detour.rules.Hosts.regex;
import static io.detour.rules.Hosts.suffix;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.core.Subnet;
import io.detour.rules.RuleSet.UnmatchedPolicy;
import io.detour.rules.condition.Brownout;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Conditions.Rollout;
import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.condition.PortRange;
import io.detour.rules.condition.Request;
import io.detour.rules.condition.When;
import io.detour.rules.host.HostMatcher;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index against the definition of the language: the first rule in order that takes it. */
class RuleIndexTest {
  private static final int LARGE = 400;
  private static final Mode[] MODES = {Mode.ENFORCE, Mode.ENFORCE, Mode.REPORT, Mode.OFF};
  private static final String[] LABELS = {"a", "b", "erp", "x1", "old", "new", "net", "com"};

  @ParameterizedTest(name = "W10: random rules and requests, seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  @Tag("W10")
  void findsWhatAPlainScanFinds(long seed) {
    Random random = new Random(seed);
    int matched = 0;
    for (int set = 0; set < 40; set++) {
      RuleSet rules = randomRules(random);
      for (int i = 0; i < 500; i++) {
        Request request = randomRequest(random);
        Decision decision = rules.decide(request);
        Plain plain = plainScan(rules.rules(), request);

        assertThat(decision.rule()).isEqualTo(plain == null ? null : plain.rule());
        assertThat(decision.matcher()).isEqualTo(plain == null ? null : plain.matcher());
        assertThat(rules.explain(request).decision()).isEqualTo(decision);
        assertThat(rules.explain(request).skipped())
            .hasSize(plain == null ? rules.rules().size() : plain.rule().index());
        matched += plain == null ? 0 : 1;
      }
    }
    assertThat(matched).isBetween(2_000, 19_000);
  }

  @ParameterizedTest(name = "W10: a large set with every kind of condition, seed {0}")
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  @Tag("W10")
  void explainSaysOfALargeSetWhatDecides(long seed) {
    Random random = new Random(seed);
    RuleSet rules = largeRules(random);
    Set<SkipReason> obstacles = EnumSet.noneOf(SkipReason.class);
    Set<Class<?>> decisions = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      Request request = randomRequest(random);
      Decision decision = rules.decide(request);
      Explanation explanation = rules.explain(request);
      Plain plain = plainScan(rules.rules(), request);

      assertThat(explanation.decision()).isEqualTo(decision);
      assertThat(decision.rule()).isEqualTo(plain == null ? null : plain.rule());
      assertThat(decision.matcher()).isEqualTo(plain == null ? null : plain.matcher());
      explanation.skipped().forEach(passed -> obstacles.add(passed.reason()));
      decisions.add(decision.getClass());
    }
    assertThat(obstacles).containsExactlyInAnyOrder(SkipReason.values());
    assertThat(decisions)
        .contains(
            Decision.Pass.class,
            Decision.Rewrite.class,
            Decision.Reject.class,
            Decision.Brownout.class,
            Decision.Report.class);
  }

  /** Rules for names of their own, so that a request passes many of them over, and some for all. */
  private static RuleSet largeRules(Random random) {
    List<Rule> rules = new ArrayList<>();
    while (rules.size() < LARGE) {
      int index = rules.size();
      rules.add(
          index % 8 == 0
              ? randomRule(random, index)
              : Hosts.rule(
                  index,
                  randomScope(random),
                  randomLifetime(random),
                  randomOutcome(random),
                  MODES[random.nextInt(MODES.length)],
                  exact("h" + index + "." + name(random)),
                  exact(name(random)),
                  suffix(".s" + random.nextInt(LARGE) + "." + name(random))));
    }
    return RuleSet.of(rules, UnmatchedPolicy.REJECT);
  }

  private static Outcome randomOutcome(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> new Outcome.Pass();
      case 1 -> new Outcome.Reject("moved");
      case 2 -> Hosts.rewrite("a.example", "b.example:8443", "original");
      default ->
          new Outcome.Rewrite(
              List.of(Target.parse("c.example").orElseThrow()),
              new Fallback(When.ON_FAILURE, Set.of(FallbackError.DNS_ERROR)),
              HostHeader.REWRITE);
    };
  }

  private static Lifetime randomLifetime(Random random) {
    return switch (random.nextInt(6)) {
      case 0 ->
          new Lifetime(
              null,
              Brownout.parse("0 0 * * *", Duration.ofMinutes(5), ZoneOffset.UTC).orElseThrow());
      case 1 -> expiring(OnExpiry.REJECT);
      case 2 -> expired(random);
      default -> Lifetime.ALWAYS;
    };
  }

  private record Plain(Rule rule, HostMatcher matcher) {}

  private static @Nullable Plain plainScan(List<Rule> rules, Request request) {
    for (Rule rule : rules) {
      HostMatcher matcher = rule.matcher(request.asked().host());
      if (matcher != null && rule.obstacle(request) == null) {
        return new Plain(rule, matcher);
      }
    }
    return null;
  }

  private static RuleSet randomRules(Random random) {
    List<Rule> rules = new ArrayList<>();
    for (int i = random.nextInt(30); i >= 0; i--) {
      rules.add(randomRule(random, rules.size()));
    }
    return RuleSet.of(rules, UnmatchedPolicy.PASS);
  }

  private static Rule randomRule(Random random, int index) {
    List<HostMatcher> hosts = new ArrayList<>();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      switch (random.nextInt(4)) {
        case 0 -> hosts.add(suffix(name(random)));
        case 1 -> hosts.add(suffix("." + name(random)));
        case 2 -> hosts.add(regex(randomRegex(random)));
        default -> hosts.addFirst(exact(name(random)));
      }
    }
    hosts.sort((one, other) -> kind(one) - kind(other));
    return Hosts.rule(
        index,
        randomScope(random),
        random.nextInt(5) == 0 ? expired(random) : Lifetime.ALWAYS,
        new Outcome.Pass(),
        random.nextInt(8) == 0 ? Mode.OFF : Mode.ENFORCE,
        hosts.toArray(HostMatcher[]::new));
  }

  private static int kind(HostMatcher matcher) {
    return switch (matcher) {
      case HostMatcher.Exact _ -> 0;
      case HostMatcher.Suffix _ -> 1;
      case HostMatcher.Regex _ -> 2;
    };
  }

  private static String randomRegex(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> "[a-z0-9.]+\\." + label(random);
      case 1 -> label(random) + "(\\.[a-z]+)*";
      case 2 -> "(" + label(random) + "|" + label(random) + ")\\.[a-z]*";
      default -> ".*" + label(random) + ".*";
    };
  }

  private static Conditions randomScope(Random random) {
    List<PortRange> ports = random.nextInt(4) == 0 ? List.of(new PortRange(443, 500)) : List.of();
    List<Subnet> clients =
        random.nextInt(4) == 0 ? List.of(Subnet.parse("10.0.0.0/8").orElseThrow()) : List.of();
    Set<String> users = random.nextInt(6) == 0 ? Set.of("anna") : Set.of();
    return new Conditions(
        ports, clients, users, random.nextInt(6) == 0 ? new Rollout(50) : Rollout.EVERYBODY);
  }

  private static Lifetime expired(Random random) {
    return expiring(random.nextBoolean() ? OnExpiry.DISABLE : OnExpiry.WARN);
  }

  private static Lifetime expiring(OnExpiry then) {
    return new Lifetime(Expiry.after(LocalDate.EPOCH, ZoneOffset.UTC, then), null);
  }

  private static Request randomRequest(Random random) {
    return new Request(
        asked(name(random) + ':' + (random.nextBoolean() ? 443 : 80)),
        switch (random.nextInt(3)) {
          case 0 -> null;
          case 1 -> address("10.0.0." + random.nextInt(256));
          default -> address("192.0.2." + random.nextInt(256));
        },
        random.nextBoolean() ? "anna" : null,
        random.nextBoolean() ? Request.NO_TIME : 86_400);
  }

  private static String name(Random random) {
    List<String> labels = new ArrayList<>();
    for (int n = random.nextInt(4); n >= 0; n--) {
      labels.add(label(random));
    }
    String name = String.join(".", labels);
    assertThat(Host.parse(name)).isInstanceOf(Parsed.Value.class);
    return name;
  }

  private static String label(Random random) {
    return LABELS[random.nextInt(LABELS.length)];
  }
}
