package io.detour.rules.generate;

import java.util.List;

/**
 * A rule, as far as other systems can know it. Immutable.
 *
 * @param name {@code [a-z0-9-]{1,63}}
 * @param patterns it is for the names that any of them matches
 * @param effect what becomes of these
 * @param caveats what else the rule does, which only Detour can, each as one phrase: {@code only
 *     the first of its 2 targets is used}
 */
public record NameRule(
    String name, List<NamePattern> patterns, NameEffect effect, List<String> caveats) {
  public NameRule {
    patterns = List.copyOf(patterns);
    caveats = List.copyOf(caveats);
  }
}
