package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.core.Parsed;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What becomes of the names of a rule. Immutable. */
public sealed interface NameEffect {
  /** They lead to where they always led. */
  record Pass() implements NameEffect {}

  /** They lead nowhere. */
  record Reject() implements NameEffect {}

  /**
   * What becomes of them is for Detour alone to say; elsewhere they are left alone.
   *
   * @param reason why, as one phrase: {@code only for clients in 10.20.0.0/16}
   */
  record LeftAlone(String reason) implements NameEffect {}

  /**
   * They lead elsewhere.
   *
   * @param to a host as a rule file has it, an IPv6 address in brackets, with the placeholders
   *     {@code {prefix}} and {@code {0}}, {@code {1}}…, or none
   * @param port instead of the one that was asked for; empty to keep that
   */
  record Rewrite(String to, OptionalInt port) implements NameEffect {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(prefix|[0-9]+)}");

    /** Whether all names lead to one host. */
    boolean isConstant() {
      return !PLACEHOLDER.matcher(to).find();
    }

    /** The one host of a constant target, or null if the target is none. */
    @Nullable Host constant() {
      return filled(List.of());
    }

    /**
     * The target with a name's captures in it.
     *
     * @return null if that makes no host
     */
    @Nullable Rewrite fill(List<String> captures) {
      Host host = filled(captures);
      return host == null ? null : new Rewrite(host.bracketed(), port);
    }

    private @Nullable Host filled(List<String> captures) {
      Matcher matcher = PLACEHOLDER.matcher(to);
      StringBuilder text = new StringBuilder();
      while (matcher.find()) {
        int group = group(matcher.group(1));
        if (group >= captures.size()) {
          return null;
        }
        matcher.appendReplacement(text, Matcher.quoteReplacement(captures.get(group)));
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
          .replaceAll(place -> Matcher.quoteReplacement(placeholder.text(group(place.group(1)))));
    }

    /** The prefix of a suffix is its first and only capture. */
    private static int group(String name) {
      return name.equals("prefix") ? 0 : Integer.parseInt(name);
    }
  }

  /** How another system writes a placeholder. */
  @FunctionalInterface
  interface Placeholder {
    /**
     * What stands in the target.
     *
     * @param capture its number among the captures of {@link NamePattern#match}
     */
    String text(int capture);
  }
}
