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
import io.detour.rules.host.Captures;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lines of the plugin {@code rewrite} for a Corefile, CoreDNS 1.8.4 or later. {@code stop} makes
 * the first match decide; a name that is to be left alone is rewritten to itself. Names end with
 * the dot of the root; {@code answer auto} answers with the name of the question.
 */
public final class CorednsRewrites {
  /** No name below .invalid exists (RFC 6761 6.4). */
  private static final String NOWHERE = "rejected.invalid.";

  /** What a Corefile takes for a part of one word: no blanks, quotes or variables. */
  private static final Pattern WORD = Pattern.compile("[!#-~]+");

  private static final Pattern VARIABLE = Pattern.compile("\\{[$%]");

  private final Draft draft;

  private CorednsRewrites(Draft draft) {
    this.draft = draft;
  }

  public static Generated of(NameRules rules) {
    Draft draft = new Draft("coredns", rules, "#");
    draft.noteCaveats();
    draft.comment("Lines for a server block; what is rejected does not exist here.");
    draft.noteUnmatched();
    CorednsRewrites rewrites = new CorednsRewrites(draft);
    new NameTable(rules).items().forEach(rewrites::write);
    return draft.finish();
  }

  private void write(NameTable.Item item) {
    String rule = item.rule().name();
    @Nullable Rewrite target = target(rule, item.rule().effect());
    boolean rejected = item.rule().effect() instanceof Reject;
    switch (item.pattern()) {
      case Exact(Host host) when host.isAddress() ->
          draft.note(rule, host + " is an address, which is not looked up");
      case Exact(Host host) -> {
        Captures captures = item.pattern().match(host);
        Rewrite filled = target == null || captures == null ? null : target.fill(host, captures);
        if (target != null && filled == null) {
          draft.note(rule, "its target makes no host of " + host);
        }
        line(
            "exact",
            host + ".",
            rejected ? NOWHERE : filled == null ? host + "." : filled.to() + ".");
      }
      case Below(Host domain) -> below(domain, target, rejected);
      case Regex(var expression) -> regex(rule, expression.pattern(), target, rejected);
    }
  }

  /** The target as a name server can follow it, or null if names are to be left alone. */
  private @Nullable Rewrite target(String rule, NameEffect effect) {
    return switch (effect) {
      case Pass _, Reject _ -> null;
      case LeftAlone leftAlone -> {
        draft.note(rule, leftAlone.reason());
        yield null;
      }
      case Rewrite rewrite -> {
        Host constant = rewrite.constant();
        if (rewrite.port().isPresent()) {
          draft.note(
              rule, "it changes the port, which a name server cannot: its names are left alone");
        } else if (constant != null && constant.isAddress()) {
          draft.note(rule, "its target is an address and no name: its names are left alone");
        } else {
          yield rewrite;
        }
        yield null;
      }
    };
  }

  private void below(Host domain, @Nullable Rewrite target, boolean rejected) {
    String suffix = "." + domain + ".";
    String to = target == null ? "" : target.to().toString();
    if (target == null && !rejected) {
      line("suffix", suffix, suffix);
    } else if (to.startsWith("{prefix}.") && to.indexOf('{', 1) < 0) {
      line("suffix", suffix, to.substring("{prefix}".length()) + ".");
    } else {
      line(
          "regex",
          "^(.+)" + suffix.replace(".", "\\.") + "$",
          target == null ? NOWHERE : target.with(capture -> "{1}") + ".");
    }
  }

  private void regex(String rule, String expression, @Nullable Rewrite target, boolean rejected) {
    if (!WORD.matcher(expression).matches() || VARIABLE.matcher(expression).find()) {
      draft.note(
          rule, "its regex is no word of a Corefile: the rules behind it decide on its names");
      return;
    }
    String to =
        rejected
            ? NOWHERE
            : target == null ? "{1}." : target.with(capture -> "{" + (capture + 1) + "}") + ".";
    line("regex", "^(" + expression + ")\\.$", to);
  }

  private void line(String kind, String from, String to) {
    draft.line("rewrite stop name " + kind + " " + from + " " + to + " answer auto");
  }
}
