package io.detour.rules.generate;

import com.google.re2j.Pattern;
import io.detour.core.Host;
import io.detour.rules.Target;
import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NamePattern;
import io.detour.rules.generate.NameRules.NamePattern.Exact;
import io.detour.rules.generate.NameRules.NamePattern.Regex;
import io.detour.rules.generate.NameRules.NameRule;
import java.util.List;
import java.util.OptionalInt;

/** Rules with one of everything. */
final class Example {
  private Example() {}

  static final NameRules RULES =
      new NameRules(
          "rules.yaml",
          List.of(
              rule("keep-sso", new NameEffect.Pass(), exact("sso.old.example.com")),
              rule(
                  "erp",
                  to("erp.new.example.com"),
                  exact("erp.old.example.com"),
                  exact("192.0.2.10"),
                  exact("2001:db8::10")),
              rule(
                  "port",
                  to("p.new.example.com", OptionalInt.of(8443)),
                  exact("p.old.example.com")),
              rule(
                  "some-clients",
                  new NameEffect.LeftAlone("only for clients in 10.20.0.0/16"),
                  exact("lab.old.example.com")),
              rule(
                  "old-zone",
                  to("{prefix}.new.example.com"),
                  NamePattern.suffix(host("old.example.com"), false)),
              rule(
                  "gone",
                  new NameEffect.Reject(),
                  NamePattern.suffix(host("dead.example.com"), true)),
              rule("to-six", to("[2001:db8::c]"), exact("six.example.net")),
              rule(
                  "flat",
                  to("flat.example.net"),
                  NamePattern.suffix(host("old.example.net"), true)),
              rule(
                  "numbered",
                  to("{1}{2}.apps.new.example.com"),
                  List.of(
                      new Regex(Pattern.compile("app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net"))))),
          List.of(),
          false);

  static NameRule rule(String name, NameEffect effect, NamePattern... patterns) {
    return new NameRule(name, List.of(patterns), effect, List.of());
  }

  static NameRule rule(String name, NameEffect effect, List<NamePattern> patterns) {
    return new NameRule(name, patterns, effect, List.of());
  }

  static NameRules rules(NameRule... rules) {
    return new NameRules("rules.yaml", List.of(rules), List.of(), false);
  }

  static NamePattern exact(String name) {
    return new Exact(host(name));
  }

  static NamePattern regex(String expression) {
    return new Regex(Pattern.compile(expression));
  }

  static NameEffect to(String target) {
    return to(target, OptionalInt.empty());
  }

  static NameEffect to(String target, OptionalInt port) {
    return new NameEffect.Rewrite(Target.parse(target).orElseThrow().host(), port);
  }

  static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }
}
