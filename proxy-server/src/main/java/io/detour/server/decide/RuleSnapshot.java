package io.detour.server.decide;

import io.detour.core.Host;
import io.detour.rules.Decision;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.condition.Request;
import io.detour.rules.host.LegacyZone;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A rule set and the use of each of its rules. Immutable, but for the counts. Any thread.
 *
 * <p>A request takes one of {@link RulesInForce#current} and asks that alone.
 */
public final class RuleSnapshot {
  /**
   * Up to so many rules are told about before they are used. A page with all of a million rules
   * would take longer than Prometheus waits, and more memory than the rules.
   */
  public static final int MAX_UNUSED = 10_000;

  private final RuleSet rules;

  /** By {@link Rule#index}. */
  private final RuleUse[] uses;

  /** Requests that no rule decided, by the text of the legacy zone of their host. */
  private final Map<String, LongAdder> unmatched = new HashMap<>();

  /**
   * What a rule had decided when it last got another action or mode, by its name. Those are labels,
   * and what happened under the old ones is not counted under the new ones.
   */
  private final Map<String, Long> earlierMatches = new HashMap<>();

  private RuleSnapshot(RuleSet rules, @Nullable RuleSnapshot before) {
    this.rules = rules;
    for (LegacyZone zone : rules.legacyZones().all()) {
      LongAdder known = before == null ? null : before.unmatched.get(zone.text());
      unmatched.put(zone.text(), known == null ? new LongAdder() : known);
    }
    Map<String, Rule> old = before == null ? Map.of() : before.byName();
    List<Rule> list = rules.rules();
    uses = new RuleUse[list.size()];
    for (int i = 0; i < uses.length; i++) {
      Rule rule = list.get(i);
      Rule was = old.get(rule.name());
      if (before == null || was == null) {
        uses[i] = new RuleUse();
      } else {
        uses[i] = before.use(was);
        rememberEarlierMatches(before, was, rule);
      }
    }
  }

  static RuleSnapshot unused(RuleSet rules) {
    return new RuleSnapshot(rules, null);
  }

  /** Other rules; those whose names are here too go on with the counts that they have. */
  RuleSnapshot followedBy(RuleSet next) {
    return new RuleSnapshot(next, this);
  }

  private Map<String, Rule> byName() {
    Map<String, Rule> byName = HashMap.newHashMap(uses.length);
    rules.rules().forEach(rule -> byName.put(rule.name(), rule));
    return byName;
  }

  private void rememberEarlierMatches(RuleSnapshot before, Rule was, Rule rule) {
    boolean same = was.action() == rule.action() && was.mode() == rule.mode();
    long earlier = same ? before.earlierMatches(was) : before.use(was).matches();
    if (earlier > 0) {
      earlierMatches.put(rule.name(), earlier);
    }
  }

  private long earlierMatches(Rule rule) {
    return earlierMatches.getOrDefault(rule.name(), 0L);
  }

  public RuleSet rules() {
    return rules;
  }

  /**
   * The rules that pages tell about: all, or if there are more than {@value #MAX_UNUSED} those that
   * have decided a request.
   */
  public Stream<Rule> shown() {
    List<Rule> all = rules.rules();
    return all.size() <= MAX_UNUSED
        ? all.stream()
        : all.stream().filter(rule -> use(rule).matches() > 0);
  }

  public Decision decide(Request request) {
    return rules.decide(request);
  }

  /** The use of a rule of this snapshot. */
  public RuleUse use(Rule rule) {
    return uses[rule.index()];
  }

  /** Requests that a rule of this snapshot decided since it has its action and mode. */
  public long matches(Rule rule) {
    return use(rule).matches() - earlierMatches(rule);
  }

  /**
   * Counts a request that no rule decided for the legacy zone of its host, null if it is in none.
   */
  public @Nullable LegacyZone countUnmatched(Host host) {
    LegacyZone zone = rules.legacyZones().find(host);
    if (zone != null) {
      adder(zone).increment();
    }
    return zone;
  }

  /** Requests that no rule decided and whose host is in a legacy zone of the rules. */
  public long unmatched(LegacyZone zone) {
    return adder(zone).sum();
  }

  private LongAdder adder(LegacyZone zone) {
    return Objects.requireNonNull(unmatched.get(zone.text()));
  }
}
