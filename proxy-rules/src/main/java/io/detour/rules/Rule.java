package io.detour.rules;

import io.detour.core.Host;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Conditions.SkipReason;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.condition.Lifetime.OnExpiry;
import io.detour.rules.condition.Request;
import io.detour.rules.host.HostMatcher;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a {@link RuleSet}. Immutable.
 *
 * @param name {@code [a-z0-9-]}, 1 to 63 characters, unique in its rule set: a metric label
 * @param index its place in its rule set, from 0
 * @param line where it begins, from 1, like {@code column}
 * @param hosts at least one, any of which has to match: exact hosts, then suffixes, then
 *     expressions
 */
public record Rule(
    String name,
    int index,
    String file,
    int line,
    int column,
    List<HostMatcher> hosts,
    Conditions conditions,
    Lifetime lifetime,
    Outcome outcome,
    Mode mode,
    Log log,
    Notes notes) {

  /**
   * @throws IllegalArgumentException if there is no matcher
   */
  public Rule {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("hosts: none (expected: at least one)");
    }
  }

  public Position position() {
    return new Position(file, line);
  }

  public Action action() {
    return outcome.action();
  }

  /** The same, going no further than a mode. */
  public Rule atMost(Mode limit) {
    return with(index, mode.atMost(limit));
  }

  /** The same at another place of a rule set. */
  public Rule at(int other) {
    return with(other, mode);
  }

  private Rule with(int place, Mode reach) {
    return place == index && reach == mode
        ? this
        : new Rule(
            name,
            place,
            file,
            line,
            column,
            hosts,
            conditions,
            lifetime,
            outcome,
            reach,
            log,
            notes);
  }

  /** Whether another rule says the same, whatever the two are called and wherever they stand. */
  public boolean saysTheSame(Rule other) {
    return equals(
        new Rule(
            name,
            index,
            file,
            line,
            column,
            other.hosts,
            other.conditions,
            other.lifetime,
            other.outcome,
            other.mode,
            other.log,
            other.notes));
  }

  /**
   * The matcher by which the rule matches a host, or null: an exact host, else the longest suffix,
   * else the first expression. This defines the language; {@link RuleIndex} finds the same faster.
   */
  public @Nullable HostMatcher matcher(Host host) {
    HostMatcher longest = null;
    int length = 0;
    for (HostMatcher matcher : hosts) {
      if (matcher.match(host) == null) {
        continue;
      }
      switch (matcher) {
        case HostMatcher.Exact _ -> {
          return matcher;
        }
        case HostMatcher.Suffix suffix -> {
          if (suffix.domain().name().length() > length) {
            longest = matcher;
            length = suffix.domain().name().length();
          }
        }
        case HostMatcher.Regex _ -> {
          return longest == null ? matcher : longest;
        }
      }
    }
    return longest;
  }

  /** Why this rule leaves a request for a host that it matches to the rules below, or null. */
  @Nullable SkipReason obstacle(Request request) {
    if (mode == Mode.OFF) {
      return SkipReason.OFF;
    }
    if (lifetime.has(OnExpiry.DISABLE, request.epochSecond())) {
      return SkipReason.EXPIRED;
    }
    return conditions.obstacle(request, name);
  }

  /** How the use of a rule is reported, with a text beside the facts or none. */
  public record Log(LogLevel level, @Nullable String message) {}

  /** Documentation that changes no decision: who answers for the rule, where it was agreed, why. */
  public record Notes(@Nullable String owner, @Nullable String ticket, @Nullable String reason) {
    /** No documentation. */
    public static final Notes NONE = new Notes(null, null, null);
  }

  /** Whether it can decide a request at a time. */
  public boolean isAtWork(long epochSecond) {
    return takesSome() && !lifetime.has(OnExpiry.DISABLE, epochSecond);
  }

  /** Whether it takes some request for a host that it matches, at some time. */
  public boolean takesSome() {
    return mode != Mode.OFF && conditions.admitSome();
  }

  /** Whether it takes every request for a host that it matches, at every time. */
  public boolean takesAll() {
    return mode != Mode.OFF && conditions.admitAll() && !isDisabledOnExpiry();
  }

  /** Whether it always takes what another rule takes of the hosts that this one matches. */
  public boolean takesAllOf(Rule narrow) {
    return mode != Mode.OFF && !isDisabledOnExpiry() && conditions.include(narrow.conditions);
  }

  private boolean isDisabledOnExpiry() {
    return lifetime.expiry() != null && lifetime.expiry().then() == OnExpiry.DISABLE;
  }

  /**
   * Whether one client may have a request taken by this rule, and its request on the port where
   * that leads by another.
   *
   * @param port where this rule leads, or empty for the asked port
   */
  public boolean meets(OptionalInt port, Rule other) {
    return other.mode != Mode.OFF && conditions.meet(port, other.conditions);
  }

  /** Where a rule stands; the line counts from 1. */
  public record Position(String file, int line) {
    /** {@code rules.yaml:12}, as editors and terminals take it. */
    @Override
    public String toString() {
      return file + ':' + line;
    }
  }

  /** How loudly a rule reports its use. */
  public enum LogLevel {
    OFF,
    INFO,
    WARN
  }
}
