package io.detour.rules.lint;

import io.detour.core.Printable;
import io.detour.rules.Rule;
import io.detour.rules.host.DomainTable;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.RegexLiterals;
import io.detour.rules.host.RegexSlips;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds matchers of a rule that add nothing to its others. Where a target has placeholders, the
 * longer domain fills them, so that it adds something.
 */
final class OwnMatchers {
  private final Rule rule;
  private final Findings findings;

  /** By domain the suffix that matches most. */
  private final Map<String, HostMatcher.Suffix> suffixes = new HashMap<>();

  private OwnMatchers(Rule rule, Findings findings) {
    this.rule = rule;
    this.findings = findings;
  }

  static void look(Rule rule, Findings findings) {
    if (rule.hosts().size() > 1) {
      new OwnMatchers(rule, findings).look();
    }
  }

  private void look() {
    for (HostMatcher matcher : rule.hosts()) {
      if (matcher instanceof HostMatcher.Suffix suffix) {
        suffixes.merge(suffix.domain().name(), suffix, (a, b) -> a.withApex() ? a : b);
      }
    }
    boolean filled = Targets.haveTemplate(rule);
    Set<String> seen = new HashSet<>();
    for (HostMatcher matcher : rule.hosts()) {
      if (!seen.add(matcher.toString())) {
        findings.add(Code.DUPLICATE, rule, matcher + " stands twice");
        continue;
      }
      HostMatcher wider = filled ? sameDomain(matcher) : wider(matcher);
      if (wider != null) {
        findings.add(Code.REDUNDANT_MATCHER, rule, matcher + " adds nothing to " + wider);
      }
    }
  }

  /** A suffix of the same domain that matches the domain itself too, or null. */
  private HostMatcher.@Nullable Suffix sameDomain(HostMatcher matcher) {
    if (matcher instanceof HostMatcher.Suffix suffix && !suffix.withApex()) {
      HostMatcher.Suffix same = suffixes.get(suffix.domain().name());
      return same != null && same.withApex() ? same : null;
    }
    return null;
  }

  private HostMatcher.@Nullable Suffix wider(HostMatcher matcher) {
    return switch (matcher) {
      case HostMatcher.Exact exact -> {
        HostMatcher.Suffix same = suffixes.get(exact.host().name());
        yield same != null && same.withApex() ? same : above(exact.host().name());
      }
      case HostMatcher.Suffix suffix -> {
        HostMatcher.Suffix same = sameDomain(suffix);
        yield same != null ? same : above(suffix.domain().name());
      }
      case HostMatcher.Regex _ -> null;
    };
  }

  private HostMatcher.@Nullable Suffix above(String name) {
    return DomainTable.above(name).stream()
        .map(suffixes::get)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** Finds regular expressions that need not be any, and such that match no host. */
  record Expressions(Claims claims, Findings findings) {
    void look(Rule rule) {
      for (HostMatcher matcher : rule.hosts()) {
        if (matcher instanceof HostMatcher.Regex regex) {
          lookForSlips(rule, regex);
          lookForPlain(rule, regex);
        }
      }
    }

    private void lookForSlips(Rule rule, HostMatcher.Regex regex) {
      RegexSlips slips = RegexSlips.of(regex);
      String impossible = slips.impossible();
      if (impossible != null) {
        boolean capital = impossible.matches("[A-Z]");
        findings.add(
            Code.IMPOSSIBLE_CHARACTER,
            rule,
            "%s asks for %s%s"
                .formatted(
                    regex,
                    Printable.quoted(impossible),
                    capital ? ": hosts are in lower case" : ": no host has this character"));
      } else if (slips.never() != null) {
        findings.add(Code.NEVER_MATCHES, rule, regex + " matches no host: " + slips.never());
      }
      if (slips.dotted() != null) {
        findings.add(
            Code.UNESCAPED_DOT,
            rule,
            "%s has a \".\" that stands for any character (did you mean %s?)"
                .formatted(regex, Printable.escaped(slips.dotted())));
      }
    }

    private void lookForPlain(Rule rule, HostMatcher.Regex regex) {
      RegexLiterals shape = claims.shape(regex);
      // Exact hosts have no captures, so that several of them cannot stand for an expression then.
      boolean several = shape.plain().size() > 1;
      if (!shape.plain().isEmpty() && !(several && Targets.haveTemplate(rule))) {
        findings.add(
            Code.PLAIN_REGEX,
            rule,
            "%s matches what %s%s"
                .formatted(
                    regex,
                    Findings.some(shape.plain().stream().map(HostMatcher::toString).toList()),
                    several ? " match" : " matches"));
      }
    }
  }
}
