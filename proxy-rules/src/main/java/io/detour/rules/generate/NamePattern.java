package io.detour.rules.generate;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.detour.core.Host;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names that a rule is for; one record per kind. Immutable. */
public sealed interface NamePattern {
  /** One name or address. */
  record Exact(Host host) implements NamePattern {
    @Override
    public @Nullable List<String> match(Host asked) {
      return asked.equals(host) ? List.of("") : null;
    }
  }

  /**
   * Every name below a domain, the domain itself excepted.
   *
   * @param domain a name, no address
   */
  record Below(Host domain) implements NamePattern {
    @Override
    public @Nullable List<String> match(Host asked) {
      int prefix = asked.name().length() - domain.name().length() - 1;
      return prefix > 0 && !asked.isAddress() && asked.name().endsWith("." + domain.name())
          ? List.of(asked.name().substring(0, prefix))
          : null;
    }
  }

  /**
   * Names that an expression matches whole.
   *
   * @param expression in RE2's syntax
   */
  record Regex(Pattern expression) implements NamePattern {
    @Override
    public @Nullable List<String> match(Host asked) {
      Matcher matcher = expression.matcher(asked.name());
      if (!matcher.matches()) {
        return null;
      }
      List<String> groups = new ArrayList<>();
      for (int group = 0; group <= matcher.groupCount(); group++) {
        String text = matcher.group(group);
        groups.add(text == null ? "" : text);
      }
      return groups;
    }
  }

  /**
   * A domain as a rule file has it.
   *
   * @param withApex whether the domain itself is meant, too
   */
  static List<NamePattern> suffix(Host domain, boolean withApex) {
    return withApex ? List.of(new Exact(domain), new Below(domain)) : List.of(new Below(domain));
  }

  /**
   * What stands for the placeholders of a template, or null if the name does not match: the groups
   * by their number, and for other kinds the prefix alone.
   */
  @Nullable List<String> match(Host asked);
}
