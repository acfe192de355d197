package io.detour.rules.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Lint.Setting;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Rules for tables, and what lint finds in them on 2027-03-01. */
final class LintTables {
  private static final LocalDate TODAY = LocalDate.of(2027, 3, 1);

  /** What lint knows here beside the rules. */
  private static final Setting SETTING =
      Setting.on(TODAY)
          .withOwnListener(
              address -> Set.of("127.0.0.1:3128", "[::1]:3129").contains(address.toString()))
          .withParents(Set.of("dc", "lab"))
          .withUsers(Setting.Users.NONE);

  private LintTables() {}

  static List<Finding> findings(String rules) {
    RuleFiles files = RuleFiles.parse("r.yaml", "version: 1\n" + rules.stripIndent());
    assertThat(files).isInstanceOf(RuleFiles.Loaded.class);
    return Lint.of((RuleFiles.Loaded) files, SETTING);
  }

  /** Without the codes that a table is not about. */
  static List<String> lines(String rules, Set<Code> codes) {
    return findings(rules).stream()
        .filter(finding -> codes.contains(finding.code()))
        .map(finding -> finding.code() + " " + finding)
        .map(line -> line.replace("r.yaml:", "").replace(" warning:", ""))
        .collect(Collectors.toList());
  }

  /** One rule a line, so that the rule named a stands in line 3. */
  static String rules(String... rules) {
    return "rules:\n"
        + Stream.of(rules).map(rule -> "- { name: " + rule + " }\n").collect(Collectors.joining());
  }

  static String exactRule(String name, String hosts) {
    return name + ", match: { host: { exact: [" + hosts + "] } }, action: rewrite, to: x.new.net";
  }

  static String suffixRule(String name, String hosts) {
    return name + ", match: { host: { suffix: [" + hosts + "] } }, action: rewrite, to: x.new.net";
  }

  static String regexRule(String name, String regex) {
    return name + ", match: { host: { regex: '" + regex + "' } }, action: rewrite, to: x.new.net";
  }

  static String conditional(String name, String exact, String conditions) {
    return name
        + ", match: { host: { exact: ["
        + exact
        + "] }, "
        + conditions
        + " }, action: rewrite, to: x.new.net";
  }

  static Arguments row(String rules, String... lines) {
    return Arguments.of(rules, List.of(lines));
  }

  static String to(String name, String host, String to) {
    return name + ", match: { host: { " + host + " } }, action: rewrite, to: '" + to + "'";
  }
}
