package io.detour.rules.lint;

import io.detour.core.Host;
import io.detour.rules.Rule;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.file.RuleFiles.Located;
import io.detour.rules.host.DomainTable;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.RegexLiterals;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Finds legacy suffixes that no rule has to do with. */
final class LegacyTargets {
  private final Claims claims;

  /** The domains of legacy suffixes, and below them something that a rule matches. */
  private final Set<String> used = new HashSet<>();

  private final Set<String> legacy = new HashSet<>();

  /** Legacy domains with a dot before, read backwards, to which no end of an expression led yet. */
  private final NavigableSet<String> waiting = new TreeSet<>();

  private LegacyTargets(Claims claims) {
    this.claims = claims;
  }

  /** Rules that have ended take no requests any more. */
  static void look(
      RuleFiles.Loaded files, Claims claims, Predicate<Rule> ended, Findings findings) {
    List<Located<HostMatcher.Suffix>> suffixes = files.notes().legacySuffixes();
    if (suffixes.isEmpty()) {
      return;
    }
    LegacyTargets use = new LegacyTargets(claims);
    suffixes.forEach(each -> use.add(each.value().domain().name()));
    files.rules().rules().stream()
        .filter(rule -> rule.takesSome() && !ended.test(rule))
        .forEach(use::note);
    for (Located<HostMatcher.Suffix> each : suffixes) {
      boolean touched =
          use.used.contains(each.value().text())
              || use.used.contains('.' + each.value().domain().name())
              || claims.first(new HostMatcher.Suffix(each.value().domain(), false), ended.negate())
                  != null;
      if (!touched) {
        findings.add(
            Code.LEGACY_SUFFIX_WITHOUT_RULE,
            each.file(),
            each.at(),
            "legacy suffix \"" + each.value().text() + "\" has no rule");
      }
    }
  }

  private void add(String domain) {
    legacy.add(domain);
    waiting.add(reversed('.' + domain));
  }

  private void note(Rule rule) {
    rule.hosts().forEach(this::note);
  }

  private void note(HostMatcher matcher) {
    switch (matcher) {
      case HostMatcher.Exact(Host host) -> noteName(host.name());
      case HostMatcher.Suffix suffix -> {
        noteName(suffix.domain().name());
        noteBelow(suffix.domain().name());
      }
      case HostMatcher.Regex regex -> {
        RegexLiterals shape = claims.shape(regex);
        shape.plain().forEach(this::note);
        if (shape.plain().isEmpty()) {
          noteEnd(shape.tail());
        }
      }
    }
  }

  /** A host, which is in its own domain and below those above. */
  private void noteName(String name) {
    if (legacy.contains(name)) {
      used.add(name);
    }
    DomainTable.above(name).forEach(this::noteBelow);
  }

  private void noteBelow(String domain) {
    if (legacy.contains(domain)) {
      used.add('.' + domain);
    }
  }

  /** Hosts with an end, which may be in every legacy domain that ends alike. */
  private void noteEnd(String tail) {
    DomainTable.above(tail).forEach(this::noteBelow);
    String from = reversed(tail);
    Set<String> alike = waiting.subSet(from, from + Character.MAX_VALUE);
    alike.forEach(domain -> used.add(reversed(domain)));
    alike.clear();
  }

  private static String reversed(String text) {
    return new StringBuilder(text).reverse().toString();
  }
}
