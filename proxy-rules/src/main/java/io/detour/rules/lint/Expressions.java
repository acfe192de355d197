package io.detour.rules.lint;

import io.detour.core.Printable;
import io.detour.rules.Rule;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.RegexShape;
import io.detour.rules.host.RegexSlips;

/** Finds regular expressions that need not be any, and such that match no host. */
final class Expressions {
  private final Claims claims;
  private final Findings findings;

  Expressions(Claims claims, Findings findings) {
    this.claims = claims;
    this.findings = findings;
  }

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
          regex
              + " asks for "
              + Printable.quoted(impossible)
              + (capital ? ": hosts are in lower case" : ": no host has this character"));
    } else if (slips.never() != null) {
      findings.add(Code.NEVER_MATCHES, rule, regex + " matches no host: " + slips.never());
    }
    if (slips.dotted() != null) {
      findings.add(
          Code.UNESCAPED_DOT,
          rule,
          regex
              + " has a \".\" that stands for any character (did you mean "
              + Printable.escaped(slips.dotted())
              + "?)");
    }
  }

  private void lookForPlain(Rule rule, HostMatcher.Regex regex) {
    RegexShape shape = claims.shape(regex);
    // Exact hosts have no captures, so that several of them cannot stand for an expression then.
    boolean several = shape.plain().size() > 1;
    if (!shape.plain().isEmpty() && !(several && Targets.haveTemplate(rule))) {
      findings.add(
          Code.PLAIN_REGEX,
          rule,
          regex
              + " matches what "
              + Findings.some(shape.plain().stream().map(HostMatcher::toString).toList())
              + (several ? " match" : " matches"));
    }
  }
}
