package io.detour.rules.lint;

import io.detour.core.HostPort;
import io.detour.core.Printable;
import io.detour.rules.Mode;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.document.Node.Location;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.file.RuleFiles.Located;
import io.detour.rules.file.RuleTest;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.OwnMatchers.Expressions;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Looks for what is suspicious about rules that have no problem. */
public final class Lint {
  private Lint() {}

  /** All findings, in the order of the files. At most 1000 of a kind, and then their number. */
  public static List<Finding> of(RuleFiles.Loaded files, Setting setting) {
    List<Rule> rules = files.rules().rules();
    Findings findings = new Findings();
    Claims claims = new Claims(files.rules());
    Shadows shadows = Shadows.of(rules, claims, setting, findings);
    RuleStates states = new RuleStates(setting, findings);
    Targets targets = new Targets(claims, setting, findings);
    Expressions expressions = new Expressions(claims, findings);
    for (Rule rule : rules) {
      OwnMatchers.look(rule, findings);
      states.look(rule);
      targets.look(rule);
      expressions.look(rule);
    }
    Leads.look(rules, claims, rule -> shadows.isDead(rule) || setting.hasEnded(rule), findings);
    LegacyTargets.look(files, claims, setting::hasEnded, findings);
    TestReach.look(files, shadows, findings);
    for (Located<String> anchor : files.notes().unusedAnchors()) {
      findings.add(
          Code.UNUSED_ANCHOR,
          anchor.file(),
          anchor.at(),
          "anchor &" + Printable.escaped(anchor.value()) + " is not used");
    }
    return findings.inOrder(files.notes().files());
  }

  /**
   * What rules are judged against beside themselves. What is not known leads to no finding.
   *
   * @param today in the time zone of the rules
   * @param ownListener whether an address, not a name, is a listener of this Detour
   * @param parents the names of the parent proxies, or null if they are not known
   */
  public record Setting(
      LocalDate today,
      Predicate<HostPort> ownListener,
      @Nullable Set<String> parents,
      Users users) {
    public Setting {
      parents = parents == null ? null : Set.copyOf(parents);
    }

    /** Whether clients are asked who they are. */
    public enum Users {
      UNKNOWN,
      NONE,
      SOME
    }

    /** Nothing but the date is known. */
    public static Setting on(LocalDate today) {
      return new Setting(today, address -> false, null, Users.UNKNOWN);
    }

    boolean hasEnded(Rule rule) {
      Expiry expiry = rule.lifetime().expiry();
      return expiry != null && expiry.then() == OnExpiry.DISABLE && today.isAfter(expiry.lastDay());
    }

    /** The same with known listeners. */
    public Setting withOwnListener(Predicate<HostPort> other) {
      return new Setting(today, other, parents, users);
    }

    /** The same with known parents. */
    public Setting withParents(Set<String> other) {
      return new Setting(today, ownListener, other, users);
    }

    /** The same, knowing whether clients are asked who they are. */
    public Setting withUsers(Users other) {
      return new Setting(today, ownListener, parents, other);
    }
  }

  /** Finds rules that no test tries. */
  private static final class TestReach {
    private TestReach() {}

    static void look(RuleFiles.Loaded files, Shadows shadows, Findings findings) {
      List<Rule> rules = files.rules().rules();
      if (rules.isEmpty()) {
        return;
      }
      if (files.tests().isEmpty()) {
        findings.add(
            Code.MISSING_TEST, rules.getFirst().file(), Location.FILE, "there are no tests");
        return;
      }
      BitSet reached = new BitSet(rules.size());
      for (RuleTest test : files.tests()) {
        Rule rule = files.rules().decide(test.request()).rule();
        if (rule != null) {
          reached.set(rule.index());
        }
      }
      for (Rule rule : rules) {
        boolean testable = rule.takesSome() && !shadows.isDead(rule);
        if (testable && !reached.get(rule.index())) {
          findings.add(Code.MISSING_TEST, rule, "no test reaches this rule");
        }
      }
    }
  }

  /** Finds rules that do nothing, and rules at or near their end. */
  private record RuleStates(Setting setting, Findings findings) {
    private static final int SOON_DAYS = 30;

    void look(Rule rule) {
      if (rule.mode() == Mode.OFF) {
        findings.add(Code.DOES_NOTHING, rule, "does nothing: its mode is off");
      } else if (rule.conditions().rollout().percent() == 0) {
        findings.add(Code.DOES_NOTHING, rule, "does nothing: its rollout is 0 percent");
      }
      if (!rule.conditions().users().isEmpty() && setting.users() == Setting.Users.NONE) {
        findings.add(
            Code.NO_USERS,
            rule,
            "never matches: it is for certain users, and no users are configured");
      }
      if (rule.lifetime().brownout() != null && rule.outcome() instanceof Outcome.Reject) {
        findings.add(
            Code.MISPLACED_BROWNOUT,
            rule,
            "a brownout tells clients to come back later, and the rule rejects them for good");
      }
      Expiry expiry = rule.lifetime().expiry();
      if (expiry != null) {
        look(rule, expiry);
      }
    }

    private void look(Rule rule, Expiry expiry) {
      long days = ChronoUnit.DAYS.between(setting.today(), expiry.lastDay());
      if (days < 0) {
        findings.add(
            Code.EXPIRED,
            rule,
            "expired: its last day was " + expiry.lastDay() + since(expiry.then()));
      } else if (days <= SOON_DAYS) {
        String when = days == 0 ? "today" : days == 1 ? "tomorrow" : "in " + days + " days";
        findings.add(
            Code.EXPIRES_SOON,
            rule,
            "expires " + when + ": its last day is " + expiry.lastDay() + then(expiry.then()));
      }
      if (expiry.then() == OnExpiry.REJECT && rule.outcome() instanceof Outcome.Reject) {
        findings.add(
            Code.EXPIRY_WITHOUT_EFFECT,
            rule,
            "on_expiry reject has no effect: the rule rejects before that too");
      }
    }

    private static String since(OnExpiry then) {
      return switch (then) {
        case WARN -> "";
        case DISABLE -> ", and it is disabled";
        case REJECT -> ", and it rejects";
      };
    }

    private static String then(OnExpiry then) {
      return switch (then) {
        case WARN -> "";
        case DISABLE -> ", and then it is disabled";
        case REJECT -> ", and then it rejects";
      };
    }
  }
}
