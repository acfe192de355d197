package io.detour.rules.generate;

import com.google.re2j.Pattern;
import io.detour.core.Host;
import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NamePattern;
import io.detour.rules.generate.NameRules.NamePattern.Exact;
import io.detour.rules.generate.NameRules.NamePattern.Regex;
import io.detour.rules.generate.NameRules.NameRule;
import io.detour.rules.host.Captures;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Rules over a few labels, so that they overlap in every way, and what Detour does with them, found
 * out the slow way: rule after rule.
 */
final class RandomRules {
  private static final String[] LABELS = {"a", "b", "c-1", "x_y"};
  private static final String[] EXPRESSIONS = {
    "([a-z0-9]+)\\.(a|b)\\.old",
    "[a-c]-?(.+)\\.b\\.old",
    "c-([0-9])\\.old",
    "(.+)\\.b",
    "[^.]+\\.([a-c_x-]+)\\.old",
  };

  private final Random random;
  private final boolean withRegexes;

  RandomRules(long seed, boolean withRegexes) {
    this.random = new Random(seed);
    this.withRegexes = withRegexes;
  }

  NameRules next() {
    List<NameRule> rules = new ArrayList<>();
    int count = 1 + random.nextInt(7);
    for (int i = 0; i < count; i++) {
      rules.add(rule("rule-" + i));
    }
    return new NameRules("random.yaml", rules, List.of(), false);
  }

  private NameRule rule(String name) {
    List<NamePattern> patterns =
        switch (random.nextInt(withRegexes ? 4 : 3)) {
          case 0 -> List.of(new Exact(host()));
          case 1 -> NamePattern.suffix(host(), true);
          case 2 -> NamePattern.suffix(host(), false);
          default -> List.of(new Regex(Pattern.compile(pick(EXPRESSIONS))));
        };
    return new NameRule(name, patterns, effect(name, patterns.getLast()), List.of());
  }

  private NameEffect effect(String rule, NamePattern last) {
    OptionalInt port = random.nextInt(6) == 0 ? OptionalInt.of(8443) : OptionalInt.empty();
    return switch (random.nextInt(6)) {
      case 0 -> new NameEffect.Pass();
      case 1 -> new NameEffect.Reject();
      case 2 -> new NameEffect.LeftAlone("only for some clients");
      case 3 -> Example.to(rule + ".new", port);
      default ->
          switch (last) {
            case Exact _ -> Example.to(rule + ".new", port);
            case NamePattern.Below _ -> Example.to("{prefix}." + rule + ".new", port);
            case Regex _ -> Example.to("{1}." + rule + ".new", port);
          };
    };
  }

  /** A name that some rule may be for. */
  Host host() {
    int labels = random.nextInt(3);
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < labels; i++) {
      name.append(pick(LABELS)).append('.');
    }
    return host(name + (random.nextInt(4) == 0 ? pick(LABELS) : "old"));
  }

  private String pick(String[] from) {
    return from[random.nextInt(from.length)];
  }

  static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }

  /** What Detour does with a name; a rewrite has no placeholders. */
  static NameEffect decide(NameRules rules, Host host) {
    for (NameRule rule : rules.rules()) {
      for (NamePattern pattern : rule.patterns()) {
        Captures captures = pattern.match(host);
        if (captures != null) {
          NameEffect filled =
              rule.effect() instanceof NameEffect.Rewrite rewrite
                  ? rewrite.fill(host, captures)
                  : rule.effect();
          return filled == null ? new NameEffect.LeftAlone("no host") : filled;
        }
      }
    }
    return new NameEffect.Pass();
  }
}
