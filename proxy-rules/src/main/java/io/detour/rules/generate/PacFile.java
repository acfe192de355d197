package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.rules.generate.Generated.Draft;
import io.detour.rules.generate.NameRules.NamePattern.Below;
import io.detour.rules.generate.NameRules.NamePattern.Exact;
import io.detour.rules.generate.NameRules.NamePattern.Regex;
import io.detour.rules.generate.PortableRegex.RegexTail;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A proxy auto-configuration file in ES3: names that a rule is for go to Detour, which decides on
 * them, and all others directly. Conditions, order and targets make no difference here.
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
        if (scheme !== "https" && scheme !== "wss" && !(plainHttp && (scheme === "http" || scheme === "ws"))) {
          return "DIRECT";
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
        return "DIRECT";
      }
      """;

  private final Set<String> keys = new LinkedHashSet<>();
  private final List<String> expressions = new ArrayList<>();
  private boolean everything;

  private PacFile() {}

  /**
   * Writes the file.
   *
   * @param proxy where browsers reach Detour
   * @param plainHttp whether {@code http} addresses go to Detour, too, and not only those with TLS
   */
  public static Generated of(NameRules rules, HostPort proxy, boolean plainHttp) {
    return new PacFile().write(rules, proxy, plainHttp);
  }

  private Generated write(NameRules rules, HostPort proxy, boolean plainHttp) {
    Draft draft = new Draft("pac", rules, "//");
    for (NameTable.Item item : new NameTable(rules).items()) {
      switch (item.pattern()) {
        case Exact(Host host) -> keys.add("=" + host.name());
        case Below(Host domain) -> keys.add("." + domain.name());
        case Regex(var expression) -> add(item.rule().name(), expression.pattern(), draft);
      }
    }
    if (rules.unmatchedRejected()) {
      everything = true;
      draft.note("", "names that no rule matches are rejected, so every name goes to the proxy");
    }
    draft.line("var proxy = " + string("PROXY " + proxy) + ";");
    draft.line("var plainHttp = " + plainHttp + ";");
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

  /** What cannot be translated is led to the proxy by its domain, or with everything else. */
  private void add(String rule, String expression, Draft draft) {
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
