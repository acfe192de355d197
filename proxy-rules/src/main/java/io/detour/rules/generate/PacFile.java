package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.rules.generate.Generated.Draft;
import io.detour.rules.generate.NameRules.NamePattern;
import io.detour.rules.generate.NameRules.NamePattern.Below;
import io.detour.rules.generate.NameRules.NamePattern.Exact;
import io.detour.rules.generate.NameRules.NamePattern.Regex;
import io.detour.rules.generate.PortableRegex.RegexTail;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A proxy auto-configuration file in ES3: names that a rule is for and names with a legacy suffix
 * go to Detour, which decides on them and counts them, and all others elsewhere. Conditions, order
 * and targets make no difference here.
 */
public final class PacFile {
  /**
   * Keys begin with {@code =} for a name and with a dot for what is below a domain, so none is a
   * property that every object has.
   */
  private static final String FUNCTION =
      """

      function FindProxyForURL(url, host) {
        var scheme = url.substring(0, url.indexOf(":")).toLowerCase();
        if (scheme !== "https" && scheme !== "wss" && scheme !== "http" && scheme !== "ws") {
          return otherwise;
        }
        if (everything) {
          return proxy;
        }
        host = host.toLowerCase().replace(/^\\[|\\]$/g, "").replace(/\\.$/, "");
        if (names["=" + host] === 1) {
          return proxy;
        }
        for (var dot = host.indexOf("."); dot > 0; dot = host.indexOf(".", dot + 1)) {
          if (names[host.substring(dot)] === 1) {
            return proxy;
          }
        }
        for (var i = 0; i < patterns.length; i++) {
          if (patterns[i].test(host)) {
            return proxy;
          }
        }
        return otherwise;
      }
      """;

  private final Set<String> keys = new LinkedHashSet<>();
  private final List<String> expressions = new ArrayList<>();
  private boolean everything;

  private PacFile() {}

  /**
   * Writes the file, for addresses with and without TLS.
   *
   * @param options with at least one proxy: where browsers reach Detour
   */
  public static Generated of(NameRules rules, PacOptions options) {
    return new PacFile().write(rules, options);
  }

  private Generated write(NameRules rules, PacOptions options) {
    Draft draft = new Draft("pac", rules, "//");
    for (NameTable.Item item : new NameTable(rules).items()) {
      add(item.rule().name(), item.pattern(), draft);
    }
    rules.legacy().forEach(pattern -> add("", pattern, draft));
    if (rules.unmatchedRejected()) {
      everything = true;
      draft.note("", "names that no rule matches are rejected, so every name goes to the proxy");
    }
    draft.line("var proxy = " + string(joined(options.proxies())) + ";");
    List<PacProxy> otherwise = options.otherwise();
    draft.line(
        "var otherwise = "
            + string(otherwise.isEmpty() ? PacOptions.DIRECT : joined(otherwise))
            + ";");
    draft.line("var everything = " + everything + ";");
    lines(draft, "var names = {", keys.stream().map(key -> string(key) + ": 1").toList(), "};");
    lines(
        draft,
        "var patterns = [",
        expressions.stream().map(each -> "new RegExp(" + string(each) + ")").toList(),
        "];");
    draft.line(FUNCTION.stripTrailing());
    return draft.finish();
  }

  private static String joined(List<PacProxy> proxies) {
    return proxies.stream().map(PacProxy::toString).collect(Collectors.joining("; "));
  }

  private void add(String rule, NamePattern pattern, Draft draft) {
    switch (pattern) {
      case Exact(Host host) -> keys.add("=" + host.name());
      case Below(Host domain) -> keys.add("." + domain.name());
      case Regex(var expression) -> addExpression(rule, expression.pattern(), draft);
    }
  }

  /** What cannot be translated is led to the proxy by its domain, or with everything else. */
  private void addExpression(String rule, String expression, Draft draft) {
    PortableRegex portable = PortableRegex.parse(expression);
    if (portable != null) {
      expressions.add(portable.javaScript());
      return;
    }
    Host tail = RegexTail.domain(expression);
    if (tail != null) {
      keys.add("." + tail.name());
      draft.note(
          rule, "not every regex works in a browser: all names below " + tail + " go to the proxy");
    } else {
      everything = true;
      draft.note(rule, "not every regex works in a browser: every name goes to the proxy");
    }
  }

  private static void lines(Draft draft, String begin, List<String> entries, String end) {
    draft.line(begin);
    for (int i = 0; i < entries.size(); i++) {
      draft.line("  " + entries.get(i) + (i + 1 < entries.size() ? "," : ""));
    }
    draft.line(end);
  }

  /** A string literal, harmless in a script whatever the text holds. */
  private static String string(String text) {
    StringBuilder literal = new StringBuilder("\"");
    text.chars()
        .forEach(c -> literal.append(isPlain(c) ? Character.toString(c) : "\\u%04x".formatted(c)));
    return literal.append('"').toString();
  }

  private static boolean isPlain(int c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '<';
  }
}
