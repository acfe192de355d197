package io.detour.rules.generate;

import com.google.re2j.Pattern;
import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Rules that are not off, in order; the first that matches a name decides. Immutable. */
public record NameRules(String source, List<NameRule> rules, boolean unmatchedRejected) {
  public NameRules {
    rules = List.copyOf(rules);
  }

  /**
   * A rule, as far as other systems can know it, with a phrase for each thing that only Detour can
   * do. Immutable.
   */
  public record NameRule(
      String name, List<NamePattern> patterns, NameEffect effect, List<String> caveats) {
    public NameRule {
      patterns = List.copyOf(patterns);
      caveats = List.copyOf(caveats);
    }
  }

  /** Names that a rule is for; one record per kind. Immutable. */
  public sealed interface NamePattern {
    /** One name or address. */
    record Exact(Host host) implements NamePattern {
      @Override
      public @Nullable List<String> match(Host asked) {
        return asked.equals(host) ? List.of("") : null;
      }
    }

    /** Every name below a domain, the domain itself excepted. */
    record Below(Host domain) implements NamePattern {
      @Override
      public @Nullable List<String> match(Host asked) {
        int prefix = asked.name().length() - domain.name().length() - 1;
        return prefix > 0 && !asked.isAddress() && asked.name().endsWith("." + domain.name())
            ? List.of(asked.name().substring(0, prefix))
            : null;
      }
    }

    /** Names that an RE2 expression matches whole. */
    record Regex(Pattern expression) implements NamePattern {
      @Override
      public @Nullable List<String> match(Host asked) {
        return new HostMatcher.Regex(expression).match(asked) instanceof Captures.Groups(var texts)
            ? texts
            : null;
      }
    }

    /** A domain as a rule file has it. */
    static List<NamePattern> suffix(Host domain, boolean withApex) {
      return withApex ? List.of(new Exact(domain), new Below(domain)) : List.of(new Below(domain));
    }

    /**
     * What stands for the placeholders of a template, or null if the name does not match: the
     * groups by their number, and for other kinds the prefix alone.
     */
    @Nullable List<String> match(Host asked);
  }

  /** What becomes of the names of a rule. Immutable. */
  public sealed interface NameEffect {
    /** They lead to where they always led. */
    record Pass() implements NameEffect {}

    /** They lead nowhere. */
    record Reject() implements NameEffect {}

    /**
     * Only Detour can say; elsewhere they are left alone: {@code only for clients in 10.20.0.0/16}.
     */
    record LeftAlone(String reason) implements NameEffect {}

    /**
     * They lead elsewhere, to a host with the placeholders {@code {prefix}}, {@code {0}}, {@code
     * {1}}… or none, an IPv6 address in brackets, and to another port or the asked one.
     */
    record Rewrite(String to, OptionalInt port) implements NameEffect {
      private static final java.util.regex.Pattern PLACEHOLDER =
          java.util.regex.Pattern.compile("\\{(prefix|[0-9]+)}");

      /** Whether all names lead to one host. */
      boolean isConstant() {
        return !PLACEHOLDER.matcher(to).find();
      }

      /** The one host of a constant target, or null if the target is none. */
      @Nullable Host constant() {
        return filled(List.of());
      }

      /** The target with a name's captures in it. */
      @Nullable Rewrite fill(List<String> captures) {
        Host host = filled(captures);
        return host == null ? null : new Rewrite(host.bracketed(), port);
      }

      private @Nullable Host filled(List<String> captures) {
        var matcher = PLACEHOLDER.matcher(to);
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
          int group = group(matcher.group(1));
          if (group >= captures.size()) {
            return null;
          }
          matcher.appendReplacement(
              text, java.util.regex.Matcher.quoteReplacement(captures.get(group)));
        }
        matcher.appendTail(text);
        String host = text.toString();
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return switch (Host.parse(bracketed ? host.substring(1, host.length() - 1) : host)) {
          case Parsed.Value(Host parsed) -> parsed;
          case Parsed.Malformed(_) -> null;
        };
      }

      /** The target with its placeholders written as another system writes them. */
      String with(Placeholder placeholder) {
        return PLACEHOLDER
            .matcher(to)
            .replaceAll(
                place ->
                    java.util.regex.Matcher.quoteReplacement(
                        placeholder.text(group(place.group(1)))));
      }

      /** The prefix of a suffix is its first and only capture. */
      private static int group(String name) {
        return name.equals("prefix") ? 0 : Integer.parseInt(name);
      }
    }

    /** How another system writes a placeholder. */
    @FunctionalInterface
    interface Placeholder {
      /** What stands in the target. */
      String text(int capture);
    }
  }
}
