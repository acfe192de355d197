package io.detour.rules.generate;

import static java.util.stream.Collectors.joining;

import com.google.re2j.Pattern;
import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.rules.HostRewrite;
import io.detour.rules.HostRewrite.Piece;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostMatcher;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rules that are not off, in order; the first that matches a name decides. Immutable.
 *
 * @param legacy names whose use is counted although no rule may be for them
 */
public record NameRules(
    String source, List<NameRule> rules, List<NamePattern> legacy, boolean unmatchedRejected) {
  public NameRules {
    rules = List.copyOf(rules);
    legacy = List.copyOf(legacy);
  }

  /** What other systems can know of a rule, and a phrase for each thing only Detour can do. */
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
      private static final Captures NOTHING_BEFORE = new Captures.Prefix("");

      @Override
      public @Nullable Captures match(Host asked) {
        return asked.equals(host) ? NOTHING_BEFORE : null;
      }
    }

    /** Every name below a domain, the domain itself excepted. */
    record Below(Host domain) implements NamePattern {
      @Override
      public @Nullable Captures match(Host asked) {
        return new HostMatcher.Suffix(domain, false).match(asked);
      }
    }

    /** Names that an RE2 expression matches whole. */
    record Regex(Pattern expression) implements NamePattern {
      @Override
      public @Nullable Captures match(Host asked) {
        return new HostMatcher.Regex(expression).match(asked);
      }
    }

    /** A domain as a rule file has it. */
    static List<NamePattern> suffix(Host domain, boolean withApex) {
      return withApex ? List.of(new Exact(domain), new Below(domain)) : List.of(new Below(domain));
    }

    /** What stands for the placeholders of a template, or null if the name does not match. */
    @Nullable Captures match(Host asked);
  }

  /** What becomes of the names of a rule. Immutable. */
  public sealed interface NameEffect {
    /** They lead to where they always led. */
    record Pass() implements NameEffect {}

    /** They lead nowhere. */
    record Reject() implements NameEffect {}

    /** Only Detour can say; elsewhere left alone: {@code only for clients in 10.20.0.0/16}. */
    record LeftAlone(String reason) implements NameEffect {}

    /** They lead to another host, and to another port or the asked one. */
    record Rewrite(HostRewrite to, OptionalInt port) implements NameEffect {
      /** The one host to which all names lead, or null if it depends on the name. */
      @Nullable Host constant() {
        return to instanceof HostRewrite.Constant(Host host) ? host : null;
      }

      /** Where one name leads, or null if its captures make no host. */
      @Nullable Rewrite fill(Host name, Captures captures) {
        return to.apply(name, captures) instanceof Parsed.Value(Host host)
            ? new Rewrite(new HostRewrite.Constant(host), port)
            : null;
      }

      /** The target with placeholders in another system's words; the prefix has the number 0. */
      String with(IntFunction<String> placeholder) {
        return to instanceof HostRewrite.Template(List<Piece> pieces)
            ? pieces.stream().map(piece -> text(piece, placeholder)).collect(joining())
            : to.toString();
      }

      private static String text(Piece piece, IntFunction<String> placeholder) {
        return switch (piece) {
          case HostRewrite.Literal(String text) -> text;
          case HostRewrite.PrefixPlace _ -> placeholder.apply(0);
          case HostRewrite.GroupPlace(int number) -> placeholder.apply(number);
        };
      }
    }
  }
}
