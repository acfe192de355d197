package io.detour.rules.generate;

import io.detour.rules.HostRewrite;
import io.detour.rules.Mode;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.RuleSet.UnmatchedPolicy;
import io.detour.rules.Target;
import io.detour.rules.condition.Lifetime.Expiry;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.condition.When;
import io.detour.rules.document.Fields;
import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NamePattern;
import io.detour.rules.generate.NameRules.NameRule;
import io.detour.rules.host.HostMatcher;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Takes from Detour's rules what other systems can know of them. A rule with a condition beside the
 * name, in report mode, or to a target that only Detour can dial becomes {@link
 * NameEffect.LeftAlone}, even where a rule behind it would decide; what else gets lost is a caveat.
 */
public final class RuleTranslation {
  private final long epochSecond;

  private RuleTranslation(long epochSecond) {
    this.epochSecond = epochSecond;
  }

  /** Translates rules as they are at a time; the source names their file for people. */
  public static NameRules of(RuleSet rules, String source, Instant now) {
    RuleTranslation translation = new RuleTranslation(now.getEpochSecond());
    return new NameRules(
        source,
        rules.rules().stream()
            .filter(rule -> rule.isAtWork(now.getEpochSecond()))
            .map(translation::translate)
            .toList(),
        patterns(rules.legacyZones().suffixes()),
        rules.unmatched() == UnmatchedPolicy.REJECT);
  }

  private NameRule translate(Rule rule) {
    List<String> conditions = rule.conditions().phrases();
    if (rule.mode() == Mode.REPORT) {
      conditions.add("only reports");
    }
    NameEffect effect =
        conditions.isEmpty()
            ? effect(rule)
            : new NameEffect.LeftAlone(String.join(" and ", conditions));
    return new NameRule(rule.name(), patterns(rule.hosts()), effect, caveats(rule, effect));
  }

  /** The first matcher that matches a name fills in the target: of suffixes it is the longest. */
  private static List<NamePattern> patterns(List<? extends HostMatcher> hosts) {
    List<NamePattern> exact = new ArrayList<>();
    List<HostMatcher.Suffix> suffixes = new ArrayList<>();
    List<NamePattern> regexes = new ArrayList<>();
    for (HostMatcher matcher : hosts) {
      switch (matcher) {
        case HostMatcher.Exact(var host) -> exact.add(new NamePattern.Exact(host));
        case HostMatcher.Suffix suffix -> suffixes.add(suffix);
        case HostMatcher.Regex(var pattern) -> regexes.add(new NamePattern.Regex(pattern));
      }
    }
    suffixes.sort(
        Comparator.comparingInt((HostMatcher.Suffix suffix) -> suffix.domain().name().length())
            .reversed());
    Stream<NamePattern> domains =
        suffixes.stream()
            .flatMap(suffix -> NamePattern.suffix(suffix.domain(), suffix.withApex()).stream());
    return Stream.of(exact.stream(), domains, regexes.stream()).flatMap(each -> each).toList();
  }

  private NameEffect effect(Rule rule) {
    if (rule.lifetime().has(OnExpiry.REJECT, epochSecond)) {
      return new NameEffect.Reject();
    }
    return switch (rule.outcome()) {
      case Outcome.Pass _ -> new NameEffect.Pass();
      case Outcome.Reject _ -> new NameEffect.Reject();
      case Outcome.Rewrite rewrite when rewrite.fallback().when() == When.ON_FAILURE ->
          new NameEffect.LeftAlone("only when the asked name fails");
      case Outcome.Rewrite rewrite -> effect(rewrite.targets().getFirst());
    };
  }

  private static NameEffect effect(Target first) {
    if (first.way().via() != null) {
      return new NameEffect.LeftAlone("through the parent proxy " + first.way().via());
    }
    return switch (first.host()) {
      case HostRewrite.Original _ ->
          first.port().isEmpty()
              ? new NameEffect.Pass()
              : new NameEffect.LeftAlone("to another port of the asked host");
      case HostRewrite.Constant _, HostRewrite.Template _ ->
          new NameEffect.Rewrite(first.host(), first.port());
    };
  }

  /** What else the rule does. */
  private List<String> caveats(Rule rule, NameEffect effect) {
    List<String> caveats = new ArrayList<>();
    if (rule.outcome() instanceof Outcome.Rewrite rewrite
        && rewrite.targets().size() > 1
        && !(effect instanceof NameEffect.LeftAlone)
        && !rule.lifetime().has(OnExpiry.REJECT, epochSecond)) {
      caveats.add("only the first of its " + rewrite.targets().size() + " targets is used");
    }
    Expiry expiry = rule.lifetime().expiry();
    if (expiry != null && expiry.then() != OnExpiry.WARN && !expiry.isOver(epochSecond)) {
      caveats.add(
          "after %s Detour will %s it, which changes nothing here"
              .formatted(expiry.lastDay(), Fields.wordOf(expiry.then())));
    }
    if (rule.lifetime().brownout() != null) {
      Duration length = rule.lifetime().brownout().length();
      caveats.add("its brownouts of " + length.toMinutes() + " min do not take place");
    }
    return caveats;
  }
}
