package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.rules.generate.Generated.Draft;
import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NameEffect.LeftAlone;
import io.detour.rules.generate.NameRules.NameEffect.Pass;
import io.detour.rules.generate.NameRules.NameEffect.Reject;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import io.detour.rules.generate.NameRules.NamePattern.Below;
import io.detour.rules.generate.NameRules.NamePattern.Exact;
import io.detour.rules.generate.NameRules.NamePattern.Regex;
import io.detour.rules.generate.NameRules.NameRule;
import io.detour.rules.generate.NameTable.DomainSet;
import io.detour.rules.generate.PortableRegex.RegexTail;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A {@code map} of nginx (1.11 or later) from {@code $host} to {@code $detour_target}.
 *
 * <p>nginx takes a whole name first, then the longest {@code *.domain}, then the first expression.
 * So a domain is written as an expression if one before it may match the same names.
 */
public final class NginxMap {
  private static final String SAME_HOST = "$host";
  private static final String NOWHERE = "\"\"";

  /** Words that mean something to a map unless a backslash stands in front. */
  private static final Set<String> PARAMETERS =
      Set.of("default", "hostnames", "include", "volatile");

  /** What fits a bucket of 64 bytes, the smallest, beside a pointer and a length. */
  private static final int NAME_OF_SMALL_BUCKET = 40;

  private static final int BUCKET_BYTES = 512;

  /** The default of {@code map_hash_max_size} is 2048. */
  private static final int NAMES_OF_SMALL_MAP = 1000;

  private final Draft draft;
  private final List<String> names = new ArrayList<>();
  private final List<String> expressions = new ArrayList<>();
  private int longestName;

  /** Domains in which an expression matches names, and whether one may match names in any. */
  private final DomainSet matched = new DomainSet();

  private boolean anyMatched;

  private NginxMap(Draft draft) {
    this.draft = draft;
  }

  /** Writes the block, for the {@code http} section. */
  public static Generated of(NameRules rules) {
    Draft draft = new Draft("nginx-map", rules, "#");
    draft.noteCaveats();
    NginxMap map = new NginxMap(draft);
    NameTable table = new NameTable(rules);
    table.exactHosts().forEach(host -> map.name(host, table.decide(host)));
    table.deciding().forEach(map::domain);
    map.write(rules.unmatchedRejected() ? NOWHERE : SAME_HOST);
    return draft.finish();
  }

  private void write(String unmatched) {
    draft.comment("$detour_target is a host, with a port if a rule sets one; empty: rejected.");
    if (longestName > NAME_OF_SMALL_BUCKET) {
      draft.line("map_hash_bucket_size " + BUCKET_BYTES + ";");
    }
    if (names.size() > NAMES_OF_SMALL_MAP) {
      draft.line("map_hash_max_size " + 2 * names.size() + ";");
    }
    draft.line("map $host $detour_target {");
    draft.line("    hostnames;");
    draft.line("    default " + unmatched + ";");
    names.forEach(draft::line);
    expressions.forEach(draft::line);
    draft.line("}");
  }

  private void name(Host host, NameTable.Decided decided) {
    note(decided.rule(), decided.effect());
    String escape = PARAMETERS.contains(host.name()) ? "\\" : "";
    entry(names, escape + host.bracketed(), value(decided.effect(), "", ""), decided.rule());
    longestName = Math.max(longestName, host.name().length());
  }

  private void domain(NameTable.Item item) {
    note(item.rule().name(), item.rule().effect());
    switch (item.pattern()) {
      case Exact _ -> {}
      case Below(Host domain) -> below(item.rule(), domain);
      case Regex(var expression) -> regex(item.rule(), expression.pattern());
    }
  }

  private void below(NameRule rule, Host domain) {
    boolean constant = !(rule.effect() instanceof Rewrite rewrite) || rewrite.constant() != null;
    if (constant && !anyMatched && !matched.overlaps(domain)) {
      entry(names, "*." + domain, value(rule.effect(), "", ""), rule.name());
      longestName = Math.max(longestName, domain.name().length());
      return;
    }
    matched.add(domain);
    String prefix = PortableRegex.GROUP + "prefix";
    entry(
        expressions,
        "\"~^(?<" + prefix + ">.+)\\." + domain.name().replace(".", "\\.") + "$\"",
        value(rule.effect(), "${" + PortableRegex.GROUP, "prefix"),
        rule.name());
  }

  private void regex(NameRule rule, String expression) {
    PortableRegex portable = PortableRegex.parse(expression);
    if (portable == null) {
      draft.note(
          rule.name(), "not every regex works in nginx: the rules behind it decide on its names");
      return;
    }
    Host tail = RegexTail.domain(expression);
    if (tail == null) {
      anyMatched = true;
    } else {
      matched.add(tail);
    }
    entry(
        expressions,
        "\"~" + portable.withNamedGroups() + '"',
        value(rule.effect(), "${" + PortableRegex.GROUP, null),
        rule.name());
  }

  /** The value of an entry. */
  private static String value(NameEffect effect, String open, @Nullable String group) {
    return switch (effect) {
      case Pass _, LeftAlone _ -> SAME_HOST;
      case Reject _ -> NOWHERE;
      case Rewrite rewrite -> {
        String host =
            rewrite.with(
                capture -> open + (group != null ? group : Integer.toString(capture)) + "}");
        String port = rewrite.port().isPresent() ? ":" + rewrite.port().getAsInt() : "";
        yield '"' + host + port + '"';
      }
    };
  }

  private void note(String rule, NameEffect effect) {
    if (effect instanceof LeftAlone leftAlone) {
      draft.note(rule, leftAlone.reason());
    }
  }

  private static void entry(List<String> entries, String key, String value, String rule) {
    entries.add("    " + key + " " + value + "; # " + rule);
  }
}
