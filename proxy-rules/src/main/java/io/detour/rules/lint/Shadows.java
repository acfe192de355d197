package io.detour.rules.lint;

import io.detour.rules.Mode;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.lint.Claims.Claim;
import io.detour.rules.lint.Lint.Setting;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Finds matchers that never decide, because one before them takes all of their requests. For one
 * thread.
 */
final class Shadows {
  private final Claims claims;
  private final Setting setting;
  private final Findings findings;
  private final BitSet dead = new BitSet();

  private Shadows(Claims claims, Setting setting, Findings findings) {
    this.claims = claims;
    this.setting = setting;
    this.findings = findings;
  }

  static Shadows of(List<Rule> rules, Claims claims, Setting setting, Findings findings) {
    Shadows shadows = new Shadows(claims, setting, findings);
    for (Rule rule : rules) {
      if (rule.takesSome()) {
        shadows.look(rule);
      }
    }
    for (Rule rule : rules) {
      if (rule.mode() == Mode.REPORT && !shadows.isDead(rule) && !setting.hasEnded(rule)) {
        shadows.lookBelow(rule);
      }
    }
    return shadows;
  }

  boolean isDead(Rule rule) {
    return dead.get(rule.index());
  }

  private void look(Rule rule) {
    List<@Nullable Claim> covers = covers(rule);
    boolean all = !covers.contains(null);
    dead.set(rule.index(), all);
    if (all) {
      reportWhole(rule, covers);
    } else {
      reportParts(rule, covers);
    }
  }

  /** For each matcher what takes all of its requests, or null. */
  private List<@Nullable Claim> covers(Rule rule) {
    List<@Nullable Claim> covers = new ArrayList<>(rule.hosts().size());
    for (HostMatcher matcher : rule.hosts()) {
      covers.add(
          claims.first(
              matcher, before -> before.index() < rule.index() && before.takesAllOf(rule)));
    }
    return covers;
  }

  private void reportWhole(Rule rule, List<@Nullable Claim> covers) {
    List<Rule> by = new ArrayList<>();
    BitSet known = new BitSet();
    boolean duplicate = true;
    boolean unenforced = false;
    for (int i = 0; i < covers.size(); i++) {
      Claim cover = covers.get(i);
      if (cover != null) {
        if (!known.get(cover.rule().index())) {
          by.add(cover.rule());
        }
        known.set(cover.rule().index());
        duplicate &= isDuplicate(rule, rule.hosts().get(i), cover);
        unenforced |= isUnenforced(rule, cover.rule());
      }
    }
    if (unenforced) {
      findings.add(Code.HIDDEN_BY_REPORT, rule, "not enforced: " + hidden(by), by);
    } else if (duplicate && by.size() == 1) {
      findings.add(Code.DUPLICATE, rule, "duplicate of " + Findings.named(by), by);
    } else {
      findings.add(Code.SHADOWED, rule, "shadowed by " + Findings.named(by), by);
    }
  }

  private static String hidden(List<Rule> by) {
    return Findings.named(by)
        + (by.size() == 1
            ? " takes its requests and only reports"
            : " take its requests, and not all of them do more than report");
  }

  private static boolean isDuplicate(Rule rule, HostMatcher matcher, Claim cover) {
    return cover.rule().conditions().equals(rule.conditions())
        && cover.matcher().toString().equals(matcher.toString());
  }

  /** Whether a rule would do something, and the one that takes its requests only reports. */
  private static boolean isUnenforced(Rule rule, Rule by) {
    return by.mode() == Mode.REPORT
        && rule.mode() == Mode.ENFORCE
        && !rule.outcome().equals(new Outcome.Pass());
  }

  private record Part(Code code, Rule by, List<String> matchers) {}

  /** The rule's index stands for the rule, which is expensive to compare. */
  private record PartKey(Code code, int by) {}

  private void reportParts(Rule rule, List<@Nullable Claim> covers) {
    Map<PartKey, Part> parts = new LinkedHashMap<>();
    for (int i = 0; i < covers.size(); i++) {
      Claim cover = covers.get(i);
      if (cover != null) {
        HostMatcher matcher = rule.hosts().get(i);
        Code code =
            isUnenforced(rule, cover.rule())
                ? Code.HIDDEN_BY_REPORT
                : isDuplicate(rule, matcher, cover) ? Code.DUPLICATE : Code.PARTLY_SHADOWED;
        note(parts, code, cover.rule(), matcher);
      }
    }
    parts.values().forEach(part -> report(rule, part));
  }

  private static void note(Map<PartKey, Part> parts, Code code, Rule by, HostMatcher matcher) {
    parts
        .computeIfAbsent(
            new PartKey(code, by.index()), key -> new Part(code, by, new ArrayList<>()))
        .matchers()
        .add(matcher.toString());
  }

  private void report(Rule rule, Part part) {
    String some = Findings.some(part.matchers());
    String by = Findings.named(part.by());
    boolean one = part.matchers().size() == 1;
    String message =
        switch (part.code()) {
          case HIDDEN_BY_REPORT -> notEnforcedFor(some, by);
          case DUPLICATE -> some + (one ? " stands in " : " stand in ") + by + " too";
          default -> some + (one ? " is" : " are") + " shadowed by " + by;
        };
    findings.add(part.code(), rule, message, List.of(part.by()));
  }

  private static String notEnforcedFor(String matchers, String by) {
    return "not enforced for " + matchers + ": " + by + " takes its requests and only reports";
  }

  /** Finds what would be enforced below if a rule in report mode were not there. */
  private void lookBelow(Rule reporting) {
    Map<PartKey, Part> hidden = new LinkedHashMap<>();
    for (HostMatcher matcher : reporting.hosts()) {
      Claim below = claims.first(matcher, rule -> isHidden(rule, reporting));
      if (below != null && isUnenforced(below.rule(), reporting) && !isDead(below.rule())) {
        note(hidden, Code.HIDDEN_BY_REPORT, below.rule(), matcher);
      }
    }
    for (Part part : hidden.values()) {
      String matchers = Findings.some(part.matchers());
      findings.add(
          Code.HIDDEN_BY_REPORT,
          part.by(),
          notEnforcedFor(matchers, Findings.named(reporting)),
          List.of(reporting));
    }
  }

  private boolean isHidden(Rule rule, Rule reporting) {
    return rule.index() > reporting.index()
        && rule.mode() == Mode.ENFORCE
        && !setting.hasEnded(rule)
        && reporting.meets(OptionalInt.empty(), rule);
  }
}
