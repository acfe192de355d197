package io.detour.rules.generate;

import io.detour.core.Host;
import io.detour.rules.generate.Generated.Draft;
import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NameEffect.LeftAlone;
import io.detour.rules.generate.NameRules.NameEffect.Pass;
import io.detour.rules.generate.NameRules.NameEffect.Reject;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import io.detour.rules.generate.NameRules.NamePattern.Below;
import io.detour.rules.generate.NameTable.DomainSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The option {@code --host-resolver-rules} of Chromium. The first {@code MAP} that matches decides,
 * where {@code *} is any text; {@code EXCLUDE} keeps names from all of them, wherever it stands.
 */
public final class ChromiumRules {
  private static final String NOT_FOUND = "~NOTFOUND";

  private final Draft draft;
  private final NameTable table;

  /** Domains whose names are mapped, and those that have to be excluded from that. */
  private final DomainSet mapped = new DomainSet();

  private final DomainSet excluded = new DomainSet();
  private final List<String> options = new ArrayList<>();

  private ChromiumRules(NameRules rules) {
    draft = new Draft("chromium", rules, "#");
    table = new NameTable(rules);
  }

  /** Writes one line with the option, quoted for a shell. */
  public static Generated of(NameRules rules) {
    return new ChromiumRules(rules).write();
  }

  private Generated write() {
    draft.noteCaveats();
    draft.noteUnmatched();
    List<NameTable.Item> deciding = table.deciding();
    findExcluded(deciding);
    table.exactHosts().forEach(this::name);
    deciding.forEach(this::domain);
    draft.line("--host-resolver-rules=\"" + String.join(",", options) + '"');
    return draft.finish();
  }

  /** From the last rule to the first: names are excluded from what stands behind them. */
  private void findExcluded(List<NameTable.Item> deciding) {
    for (NameTable.Item item : deciding.reversed()) {
      if (item.pattern() instanceof Below(Host domain)) {
        if (target(item.rule().effect()) != null) {
          mapped.add(domain);
        } else if (mapped.covers(domain)) {
          excluded.add(domain);
          options.add("EXCLUDE *." + domain);
        }
      }
    }
  }

  /** Where names are mapped to, or null if they are left alone. */
  private static @Nullable String target(NameEffect effect) {
    return switch (effect) {
      case Pass _, LeftAlone _ -> null;
      case Reject _ -> NOT_FOUND;
      case Rewrite rewrite ->
          rewrite.constant() == null
              ? null
              : rewrite.to() + (rewrite.port().isPresent() ? ":" + rewrite.port().getAsInt() : "");
    };
  }

  private void name(Host host) {
    NameTable.Decided decided = table.decide(host);
    noteLeftAlone(decided.rule(), decided.effect());
    String target = target(decided.effect());
    if (host.isAddress()) {
      draft.note(decided.rule(), host + " is an address, which is not looked up");
    } else if (target != null && excluded.contains(host)) {
      noteExcluded(decided.rule(), host.name());
    } else if (target != null) {
      options.add("MAP " + host + " " + target);
    } else if (mapped.contains(host) && !excluded.contains(host)) {
      options.add("MAP " + host + " " + host);
    }
  }

  private void domain(NameTable.Item item) {
    String rule = item.rule().name();
    if (!(item.pattern() instanceof Below(Host domain))) {
      draft.note(rule, "a regex: the rules behind it decide on its names");
      return;
    }
    noteLeftAlone(rule, item.rule().effect());
    String target = target(item.rule().effect());
    if (target != null && excluded.covers(domain)) {
      noteExcluded(rule, "*." + domain);
    } else if (target != null) {
      options.add("MAP *." + domain + " " + target);
    }
  }

  private void noteLeftAlone(String rule, NameEffect effect) {
    switch (effect) {
      case Pass _, Reject _ -> {}
      case LeftAlone leftAlone -> draft.note(rule, leftAlone.reason());
      case Rewrite rewrite -> {
        if (rewrite.constant() == null) {
          draft.note(rule, "its target depends on the name: its names are left alone");
        }
      }
    }
  }

  private void noteExcluded(String rule, String names) {
    draft.note(rule, names + " is left alone, since a rule behind it excludes the whole domain");
  }
}
