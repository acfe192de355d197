package io.detour.rules.lint;

import io.detour.rules.document.Fields;
import java.util.Locale;

/**
 * The kinds of findings. Errors are those that can never be meant. The names are stable; {@code
 * docs/rules.md} has an example of each.
 */
public enum Code {
  /** A rule never decides, because rules before it take all of its requests. */
  SHADOWED(Severity.WARNING),
  /** A matcher of a rule never decides, because a rule before it takes all of its requests. */
  PARTLY_SHADOWED(Severity.WARNING),
  /** A matcher of a rule adds nothing to another matcher of the same rule. */
  REDUNDANT_MATCHER(Severity.WARNING),
  /** The same matcher stands twice, with the same conditions. */
  DUPLICATE(Severity.WARNING),
  /** An enforced rule is not in force, because a rule before it takes requests and only reports. */
  HIDDEN_BY_REPORT(Severity.WARNING),
  /** A rule leads where the request goes without it. */
  NO_OP(Severity.WARNING),
  /** The same place stands twice among the targets. */
  REPEATED_TARGET(Severity.WARNING),
  /** A target is never tried. */
  UNUSED_TARGET(Severity.WARNING),
  /** There is no other target to fall back on. */
  UNUSED_FALLBACK(Severity.WARNING),
  /** A template makes no host of the domain that a suffix with its apex matches. */
  TEMPLATE_FAILS(Severity.WARNING),
  /** Rules lead to each other. */
  CYCLE(Severity.WARNING),
  /** A rule leads to where another rule leads on. */
  CHAIN(Severity.WARNING),
  /** A target is one of Detour's own listeners. */
  OWN_LISTENER(Severity.ERROR),
  /** A target is to be dialled by a parent that is not there. */
  UNKNOWN_PARENT(Severity.ERROR),
  /** A regular expression matches the same hosts as plain matchers do. */
  PLAIN_REGEX(Severity.WARNING),
  /** A regular expression asks for a character that no host has. */
  IMPOSSIBLE_CHARACTER(Severity.WARNING),
  /** A regular expression matches no host. */
  NEVER_MATCHES(Severity.WARNING),
  /** A dot in a regular expression stands for any character, where a dot seems to be meant. */
  UNESCAPED_DOT(Severity.WARNING),
  /** The last day of a rule is over. */
  EXPIRED(Severity.WARNING),
  /** The last day of a rule is near. */
  EXPIRES_SOON(Severity.WARNING),
  /** A rule does the same before and after its last day. */
  EXPIRY_WITHOUT_EFFECT(Severity.WARNING),
  /** A brownout of what a rule rejects anyway. */
  MISPLACED_BROWNOUT(Severity.WARNING),
  /** A rule takes no request, because it is off or for none of the clients. */
  DOES_NOTHING(Severity.WARNING),
  /** A rule is for certain users, and nobody is asked for a name. */
  NO_USERS(Severity.WARNING),
  /** No rule matches any host of a legacy suffix. */
  LEGACY_SUFFIX_WITHOUT_RULE(Severity.WARNING),
  /** No alias leads to an anchor. */
  UNUSED_ANCHOR(Severity.WARNING),
  /** No test is decided by a rule. */
  MISSING_TEST(Severity.WARNING);

  private final Severity severity;
  private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

  Code(Severity severity) {
    this.severity = severity;
  }

  public Severity severity() {
    return severity;
  }

  /** {@code partly-shadowed}. */
  @Override
  public String toString() {
    return text;
  }

  /** Whether rules may be used in spite of a finding. */
  public enum Severity {
    /** They may. */
    WARNING,
    /** They may not. */
    ERROR;

    @Override
    public String toString() {
      return Fields.wordOf(this);
    }
  }
}
