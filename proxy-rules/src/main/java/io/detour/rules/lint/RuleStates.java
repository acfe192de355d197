package io.detour.rules.lint;

import io.detour.rules.Mode;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.condition.Expiry;
import io.detour.rules.condition.OnExpiry;
import java.time.temporal.ChronoUnit;

/** Finds rules that do nothing, and rules at or near their end. */
final class RuleStates {
  private static final int SOON_DAYS = 30;

  private final Setting setting;
  private final Findings findings;

  RuleStates(Setting setting, Findings findings) {
    this.setting = setting;
    this.findings = findings;
  }

  void look(Rule rule) {
    if (rule.mode() == Mode.OFF) {
      findings.add(Code.DOES_NOTHING, rule, "does nothing: its mode is off");
    } else if (rule.scope().rollout().percent() == 0) {
      findings.add(Code.DOES_NOTHING, rule, "does nothing: its rollout is 0 percent");
    }
    if (!rule.scope().users().isEmpty() && setting.users() == Setting.Users.NONE) {
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
