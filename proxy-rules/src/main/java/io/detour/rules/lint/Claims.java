package io.detour.rules.lint;

import io.detour.core.Host;
import io.detour.rules.Decision;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.RegexLiterals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The matchers of a rule set, found by hosts that all of them match. For one thread.
 *
 * <p>Exact hosts and suffixes are listed by their domain, expressions by their text and by the
 * plain matchers they equal, so a lookup costs a step for each label. To stay linear in the number
 * of rules, a list holds {@value #MAX_CONDITIONAL} matchers of rules with conditions, and
 * expressions are tried {@value #MAX_TRIALS} times.
 */
final class Claims {
  /** The domain that every host is below. */
  private static final String ROOT = "";

  private static final int MAX_CONDITIONAL = 256;
  private static final int MAX_TRIALS = 1_000_000;

  private final RuleSet rules;
  private final IdentityHashMap<HostMatcher.Regex, RegexLiterals> shapes = new IdentityHashMap<>();

  /** A claim, or a {@link Several}, by the domain of what it means. */
  private final Map<String, Object> plain = new HashMap<>();

  /** A claim, or a {@link Several}, by the text of its expression. */
  private final Map<String, Object> texts = new HashMap<>();

  private int trials;

  private record Several(List<Claim> claims) {}

  Claims(RuleSet rules) {
    this.rules = rules;
    for (Rule rule : rules.rules()) {
      if (rule.takesSome()) {
        rule.hosts().forEach(matcher -> add(rule, matcher));
      }
    }
  }

  private void add(Rule rule, HostMatcher matcher) {
    switch (matcher) {
      case HostMatcher.Exact _, HostMatcher.Suffix _ ->
          append(plain, domain(matcher), new Claim(rule, matcher, Extent.of(matcher)));
      case HostMatcher.Regex regex -> {
        append(texts, regex.pattern().pattern(), new Claim(rule, matcher, Extent.EXPRESSION));
        for (HostMatcher same : shape(regex).plain()) {
          append(plain, domain(same), new Claim(rule, matcher, Extent.of(same)));
        }
        if (shape(regex).everything()) {
          append(plain, ROOT, new Claim(rule, matcher, Extent.EVERYTHING));
        }
      }
    }
  }

  private static void append(Map<String, Object> lists, String key, Claim claim) {
    Object before = lists.putIfAbsent(key, claim);
    if (before == null) {
      return;
    }
    List<Claim> claims = before instanceof Several several ? several.claims() : new ArrayList<>();
    if (before instanceof Claim first) {
      claims.add(first);
    }
    boolean unconditional = claim.rule().takesAll();
    boolean full = claims.size() >= MAX_CONDITIONAL && !unconditional;
    boolean neverReached =
        claims.stream()
            .anyMatch(
                earlier -> earlier.rule().takesAll() && earlier.extent().includes(claim.extent()));
    if (!full && !neverReached) {
      claims.add(claim);
      lists.put(key, new Several(claims));
    }
  }

  private static String domain(HostMatcher plain) {
    return switch (plain) {
      case HostMatcher.Exact exact -> exact.host().name();
      case HostMatcher.Suffix suffix -> suffix.domain().name();
      case HostMatcher.Regex regex -> throw new IllegalStateException(regex + " is not plain");
    };
  }

  RegexLiterals shape(HostMatcher.Regex regex) {
    return shapes.computeIfAbsent(regex, RegexLiterals::of);
  }

  /** The first wanted rule with a matcher that matches every host of another; or null. */
  @Nullable Claim first(HostMatcher hosts, Predicate<Rule> wanted) {
    return earlier(
        firstOf(plain.get(ROOT), Extent.of(hosts), wanted), firstBelowRoot(hosts, wanted));
  }

  private @Nullable Claim firstBelowRoot(HostMatcher hosts, Predicate<Rule> wanted) {
    return switch (hosts) {
      case HostMatcher.Exact exact ->
          earlier(firstPlain(exact, wanted), firstExpression(exact.host(), wanted));
      case HostMatcher.Suffix suffix -> firstPlain(suffix, wanted);
      case HostMatcher.Regex regex -> {
        RegexLiterals shape = shape(regex);
        yield earlier(
            firstOf(texts.get(regex.pattern().pattern()), Extent.EXPRESSION, wanted),
            shape.plain().isEmpty()
                ? firstAbove(above(shape.tail()), wanted)
                : lastOfFirsts(shape.plain(), wanted));
      }
    };
  }

  /** What takes the last of several matchers, if each of them is taken. */
  private @Nullable Claim lastOfFirsts(List<HostMatcher> parts, Predicate<Rule> wanted) {
    Claim last = null;
    for (HostMatcher part : parts) {
      Claim first = first(part, wanted);
      if (first == null) {
        return null;
      }
      last = last == null || last.isBefore(first.rule()) ? first : last;
    }
    return last;
  }

  /** The first at the domain of a plain matcher or at one above. */
  private @Nullable Claim firstPlain(HostMatcher hosts, Predicate<Rule> wanted) {
    String domain = domain(hosts);
    return earlier(
        firstOf(plain.get(domain), Extent.of(hosts), wanted), firstAbove(above(domain), wanted));
  }

  /** The first suffix of a domain, or of one above it. */
  private @Nullable Claim firstAbove(String domain, Predicate<Rule> wanted) {
    Claim first = null;
    for (String at = domain; !at.isEmpty(); at = above(at)) {
      first = earlier(first, firstOf(plain.get(at), Extent.BELOW, wanted));
    }
    return first;
  }

  private static String above(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1);
  }

  private @Nullable Claim firstExpression(Host host, Predicate<Rule> wanted) {
    if (trials >= MAX_TRIALS) {
      return null;
    }
    Decision.Ruled found =
        rules.firstByExpression(
            host, rule -> rule.takesSome() && wanted.test(rule) && trials++ < MAX_TRIALS);
    return found == null ? null : new Claim(found.rule(), found.matcher(), Extent.EXPRESSION);
  }

  private static @Nullable Claim firstOf(
      @Nullable Object list, Extent hosts, Predicate<Rule> wanted) {
    List<Claim> claims =
        switch (list) {
          case Claim only -> List.of(only);
          case Several several -> several.claims();
          case null, default -> List.of();
        };
    for (Claim claim : claims) {
      if (claim.extent().includes(hosts) && wanted.test(claim.rule())) {
        return claim;
      }
    }
    return null;
  }

  /** The one that decides. Of one rule the longer domain does, which has to be the first here. */
  private static @Nullable Claim earlier(@Nullable Claim one, @Nullable Claim other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return other.isBefore(one.rule()) ? other : one;
  }

  record Claim(Rule rule, HostMatcher matcher, Extent extent) {
    /** Whether it belongs to a rule; rules are expensive to compare. */
    boolean isOf(Rule other) {
      return rule.index() == other.index();
    }

    boolean isBefore(Rule other) {
      return rule.index() < other.index();
    }
  }

  /** Which hosts a matcher matches, seen from its domain or text. */
  private enum Extent {
    /** The domain itself, as a host. */
    HOST,
    /** All names below the domain. */
    BELOW,
    /** The domain itself and all names below it. */
    HOST_AND_BELOW,
    /** What the expression with this text matches. */
    EXPRESSION,
    /** Every host. */
    EVERYTHING;

    /** Of what an expression is taken for by its text alone. */
    static Extent of(HostMatcher matcher) {
      return switch (matcher) {
        case HostMatcher.Exact _ -> HOST;
        case HostMatcher.Suffix suffix -> suffix.withApex() ? HOST_AND_BELOW : BELOW;
        case HostMatcher.Regex _ -> EXPRESSION;
      };
    }

    /** Whether it has all hosts of another with the same domain or text. */
    boolean includes(Extent other) {
      return switch (this) {
        case EVERYTHING -> true;
        case HOST_AND_BELOW -> other == HOST || other == BELOW || other == HOST_AND_BELOW;
        case HOST, BELOW, EXPRESSION -> this == other;
      };
    }
  }
}
