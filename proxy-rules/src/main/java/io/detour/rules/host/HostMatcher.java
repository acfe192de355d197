package io.detour.rules.host;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way to recognise a host; one record per kind. Immutable. */
public sealed interface HostMatcher {
  /** What this matcher finds in a host, or null if it does not match. */
  @Nullable Captures match(Host host);

  /** The kind and the text as a rule file has them: {@code suffix .old.example.com}. */
  @Override
  String toString();

  /** One name or address. */
  record Exact(Host host) implements HostMatcher {
    /** Reads a host in any spelling that {@link Host#parse} takes. */
    public static Parsed<Exact> parse(String text) {
      return switch (Host.parse(text)) {
        case Parsed.Value(Host host) -> Parsed.of(new Exact(host));
        case Parsed.Malformed(String problem) -> notAHost(text, problem);
      };
    }

    @Override
    public @Nullable Captures match(Host asked) {
      return asked.equals(host) ? Captures.None.NONE : null;
    }

    @Override
    public String toString() {
      return "exact " + host;
    }
  }

  /** The names below a domain, with the domain itself or without. */
  record Suffix(Host domain, boolean withApex) implements HostMatcher, LegacyZone {
    /** Reads {@code x} (the domain and what is below) or {@code .x} (only what is below). */
    public static Parsed<Suffix> parse(String text) {
      boolean withApex = !text.startsWith(".");
      return switch (Host.parse(withApex ? text : text.substring(1))) {
        case Parsed.Value(Host host) when host.isAddress() ->
            Parsed.malformed(Printable.verbatim(text) + " is an address (expected: a domain)");
        case Parsed.Value(Host host) -> Parsed.of(new Suffix(host, withApex));
        case Parsed.Malformed(String problem) -> notAHost(text, problem);
      };
    }

    @Override
    public @Nullable Captures match(Host asked) {
      String name = asked.name();
      int boundary = name.length() - domain.name().length() - 1;
      if (boundary == -1) {
        return withApex && asked.equals(domain) ? new Captures.Prefix("") : null;
      }
      return boundary > 0 && name.charAt(boundary) == '.' && name.endsWith(domain.name())
          ? new Captures.Prefix(name.substring(0, boundary))
          : null;
    }

    /** As a rule file has it: {@code .old.example.com}. */
    @Override
    public String text() {
      return withApex ? domain.name() : "." + domain.name();
    }

    @Override
    public String toString() {
      return "suffix " + text();
    }
  }

  /**
   * An RE2 regular expression that has to match the whole host. Matching takes time linear in the
   * length of the host, and {@link RegexBounds} bounds the factor.
   */
  record Regex(Pattern pattern) implements HostMatcher {
    private static final Pattern LOOK_AROUND = Pattern.compile("\\(\\?<?[=!]");

    /** Compiles an expression within the bounds of {@link RegexBounds}. */
    public static Parsed<Regex> parse(String text) {
      String excess = RegexBounds.excess(text);
      if (excess != null) {
        return Parsed.malformed("regex " + Printable.verbatim(text) + ' ' + excess);
      }
      try {
        return Parsed.of(new Regex(Pattern.compile(text)));
      } catch (PatternSyntaxException e) {
        return Parsed.malformed(
            "regex " + Printable.verbatim(text) + " does not compile: " + reason(e));
      }
    }

    /** RE2/J takes look-around for other syntax, and calls an unopened ")" an internal error. */
    private static String reason(PatternSyntaxException e) {
      if (LOOK_AROUND.matcher(e.getPattern()).lookingAt()) {
        return "RE2 has no look-around (for an exception, put a rule with action \"pass\" above)";
      }
      return e.getDescription().endsWith("internal error")
          ? "missing opening ("
          : Printable.escaped(e.getDescription());
    }

    @Override
    public @Nullable Captures match(Host asked) {
      Matcher matcher = pattern.matcher(asked.name());
      if (!matcher.matches()) {
        return null;
      }
      List<String> texts = new ArrayList<>(matcher.groupCount() + 1);
      for (int group = 0; group <= matcher.groupCount(); group++) {
        String text = matcher.group(group);
        texts.add(text == null ? "" : text);
      }
      return new Captures.Groups(texts);
    }

    @Override
    public String toString() {
      return "regex " + Printable.escaped(pattern.pattern());
    }
  }

  private static <M extends HostMatcher> Parsed<M> notAHost(String text, String problem) {
    String advice =
        text.startsWith("*.")
            ? " (did you mean suffix: " + Printable.verbatim(text.substring(1)) + "?)"
            : ": " + HostSlip.inMatcher(text, problem);
    return Parsed.malformed(Printable.verbatim(text) + " is not a host" + advice);
  }
}
