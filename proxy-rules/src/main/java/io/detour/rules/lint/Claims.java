package io.detour.rules.lint;

import io.detour.core.Host;
import io.detour.rules.HostMatcher;
import io.detour.rules.Rule;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The matchers of rules in order, found by hosts that all of them match. For one thread.
 *
 * <p>Exact hosts and suffixes are listed by their domain. A host, or all names of a domain, can
 * only be matched by what is listed there or at a domain above, so a lookup costs as many steps as
 * the name has labels. Regular expressions are listed by their text, by what they mean if plain
 * matchers mean the same, and else by the domain that all of their matches lie in.
 *
 * <p>Two bounds keep the time linear in the number of rules: a list holds {@value
 * #MOST_CONDITIONAL} matchers of rules with conditions, and regular expressions are tried {@value
 * #MOST_TRIALS} times.
 */
final class Claims {
  private static final int MOST_CONDITIONAL = 256;
  private static final int MOST_TRIALS = 1_000_000;

  /** The domain of an expression of which none is known. */
  private static final String EVERYWHERE = "";

  private final RegexShapes shapes;
  private final Map<String, Claim> plain = new HashMap<>();
  private final Map<String, Claim> expressions = new HashMap<>();
  private final Map<String, Claim> texts = new HashMap<>();
  private int added;
  private int trials;

  Claims(RegexShapes shapes) {
    this.shapes = shapes;
  }

  /** Adds a matcher behind all others. */
  void add(Rule rule, HostMatcher matcher) {
    int order = added++;
    switch (matcher) {
      case HostMatcher.Exact exact ->
          append(plain, exact.host().name(), rule, matcher, exact, order);
      case HostMatcher.Suffix suffix ->
          append(plain, suffix.domain().name(), rule, matcher, suffix, order);
      case HostMatcher.Regex regex -> {
        append(texts, regex.pattern().pattern(), rule, matcher, matcher, order);
        RegexShape shape = shapes.of(regex);
        for (HostMatcher same : shape.plain()) {
          append(plain, domain(same), rule, matcher, same, order);
        }
        if (shape.plain().isEmpty()) {
          append(expressions, below(shape.tail()), rule, matcher, matcher, order);
        }
      }
    }
  }

  private static String domain(HostMatcher plain) {
    return switch (plain) {
      case HostMatcher.Exact exact -> exact.host().name();
      case HostMatcher.Suffix suffix -> suffix.domain().name();
      case HostMatcher.Regex regex -> throw new IllegalStateException(regex + " is not plain");
    };
  }

  /** The domain that every host with an end lies below: what follows its first dot. */
  private static String below(String tail) {
    int dot = tail.indexOf('.');
    return dot < 0 ? EVERYWHERE : tail.substring(dot + 1);
  }

  private static void append(
      Map<String, Claim> lists,
      String key,
      Rule rule,
      HostMatcher matcher,
      HostMatcher meaning,
      int order) {
    Claim claim = new Claim(rule, matcher, meaning, order);
    Claim last = lists.putIfAbsent(key, claim);
    int length = 0;
    while (last != null) {
      length++;
      boolean neverReached = Scopes.takesAll(last.rule()) && matchesAll(last, meaning);
      boolean full = length >= MOST_CONDITIONAL && !Scopes.takesAll(rule);
      if (neverReached || full) {
        return;
      }
      if (last.next == null) {
        last.next = claim;
        return;
      }
      last = last.next;
    }
  }

  /** Whether a claim matches every host of a plain matcher of the same domain, or of its text. */
  private static boolean matchesAll(Claim claim, HostMatcher other) {
    return switch (claim.meaning()) {
      case HostMatcher.Exact _ -> other instanceof HostMatcher.Exact;
      case HostMatcher.Suffix suffix ->
          suffix.withApex() || (other instanceof HostMatcher.Suffix same && !same.withApex());
      case HostMatcher.Regex regex ->
          other instanceof HostMatcher.Regex same
              && same.pattern().pattern().equals(regex.pattern().pattern());
    };
  }

  /**
   * The first matcher that matches every host of another, of those that are wanted; or null.
   *
   * @param hosts what a matcher stands for; need not be one of a rule
   */
  @Nullable Claim first(HostMatcher hosts, Predicate<Claim> wanted) {
    return switch (hosts) {
      case HostMatcher.Exact exact ->
          earlier(
              firstPlain(exact, exact.host().name(), wanted),
              firstExpression(exact.host(), wanted));
      case HostMatcher.Suffix suffix -> firstPlain(suffix, suffix.domain().name(), wanted);
      case HostMatcher.Regex regex -> {
        RegexShape shape = shapes.of(regex);
        yield earlier(
            firstOf(texts.get(regex.pattern().pattern()), wanted),
            shape.plain().isEmpty()
                ? firstAbove(below(shape.tail()), wanted)
                : lastOfFirsts(shape, wanted));
      }
    };
  }

  /** What takes the last of the hosts of an expression, if each of its parts is taken. */
  private @Nullable Claim lastOfFirsts(RegexShape shape, Predicate<Claim> wanted) {
    Claim last = null;
    for (HostMatcher part : shape.plain()) {
      Claim first = first(part, wanted);
      if (first == null) {
        return null;
      }
      last = last == null || first.order() > last.order() ? first : last;
    }
    return last;
  }

  /** The first at the domain itself or at one above. */
  private @Nullable Claim firstPlain(HostMatcher hosts, String domain, Predicate<Claim> wanted) {
    Claim at = firstOf(plain.get(domain), wanted.and(claim -> matchesAll(claim, hosts)));
    int dot = domain.indexOf('.');
    return dot < 0 ? at : earlier(at, firstAbove(domain.substring(dot + 1), wanted));
  }

  /** The first suffix of a domain, or of one above; it matches everything below the domain. */
  private @Nullable Claim firstAbove(String domain, Predicate<Claim> wanted) {
    Claim first = null;
    for (String at = domain; !at.isEmpty(); at = below(at)) {
      Claim claim = plain.get(at);
      if (claim != null) {
        first =
            earlier(
                first,
                firstOf(claim, wanted.and(any -> any.meaning() instanceof HostMatcher.Suffix)));
      }
    }
    return first;
  }

  private @Nullable Claim firstExpression(Host host, Predicate<Claim> wanted) {
    if (expressions.isEmpty() || trials >= MOST_TRIALS) {
      return null;
    }
    Predicate<Claim> matching = wanted.and(claim -> tries(claim, host));
    Claim first = firstOf(expressions.get(EVERYWHERE), matching);
    for (String at = below(host.name()); !at.isEmpty(); at = below(at)) {
      first = earlier(first, firstOf(expressions.get(at), matching));
    }
    return first;
  }

  private boolean tries(Claim claim, Host host) {
    return trials++ < MOST_TRIALS && claim.matcher().match(host) != null;
  }

  private static @Nullable Claim firstOf(@Nullable Claim list, Predicate<Claim> wanted) {
    Claim claim = list;
    while (claim != null && !wanted.test(claim)) {
      claim = claim.next;
    }
    return claim;
  }

  private static @Nullable Claim earlier(@Nullable Claim one, @Nullable Claim other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.order() <= other.order() ? one : other;
  }
}
