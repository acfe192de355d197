package io.detour.server.decide;

import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.file.RuleFiles;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rule sets from YAML texts. */
public final class RuleTexts {
  private RuleTexts() {}

  /** The rules of a text without a problem. */
  public static RuleSet parsed(String text) {
    return switch (RuleFiles.parse("test.yaml", text)) {
      case RuleFiles.Loaded loaded -> loaded.rules();
      case RuleFiles.Rejected rejected ->
          throw new IllegalArgumentException(rejected.problems().toString());
    };
  }

  /** A text with a rule for each name, which rejects the host {@code NAME.test}. */
  public static String rejecting(String... names) {
    return Stream.of(names)
        .map(
            name ->
                "  - { name: %s, match: { host: { exact: %s.test } }, action: reject }\n"
                    .formatted(name, name))
        .collect(
            Collectors.joining(
                "", "version: 1\nrules:" + (names.length == 0 ? " []" : "") + "\n", ""));
  }

  /** The rule of a name. */
  public static Rule rule(RuleSnapshot rules, String name) {
    return rules.rules().rules().stream()
        .filter(rule -> rule.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The use of the rule of a name. */
  public static RuleUse use(RulesInForce rules, String name) {
    RuleSnapshot current = rules.current();
    return current.use(rule(current, name));
  }
}
