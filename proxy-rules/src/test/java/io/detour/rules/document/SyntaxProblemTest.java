package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** R02: what people type at eleven at night, and what they are told. */
class SyntaxProblemTest {
  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void aSlipIsToldInItsTerms(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  static Stream<Arguments> aSlipIsToldInItsTerms() {
    String tab = "a tab stands where YAML wants spaces";
    String brackets = "text with brackets has to stand in quotes: ";
    return Stream.of(
        Arguments.of("rules:\n\t- name: a\n", "r:2:1: " + tab),
        Arguments.of("a: 1\n\tb: 2\n", "r:2:1: " + tab),
        Arguments.of("a:\n  b: 1\n  \tc: 2\n", "r:3:3: " + tab),
        Arguments.of("a:\n  b: 1\n \t\t c: 2\n", "r:3:2: " + tab),
        Arguments.of("a:\n  \tb: 1\n", "r:2:3: " + tab),
        Arguments.of("a: b\n  \tc\n", "r:2:3: " + tab),
        Arguments.of("- \ta: 1\n", "r:1:3: " + tab),
        Arguments.of("-\t- a\n", "r:1:2: " + tab),
        Arguments.of(
            "owner:\t@netops\n",
            "r:1:8: \"@netops\" begins with a character that means something to YAML (put it in"
                + " quotes)"),
        Arguments.of("to: {prefix}.new.net\n", "r:1:5: " + brackets + "\"{prefix}.new.net\""),
        Arguments.of("to: {1}{2}.new.net\n", "r:1:5: " + brackets + "\"{1}{2}.new.net\""),
        Arguments.of("- { to: {prefix}.b, c: d }\n", "r:1:9: " + brackets + "\"{prefix}.b\""),
        Arguments.of("- {to: {prefix}.b}\n", "r:1:8: " + brackets + "\"{prefix}.b\""),
        Arguments.of("- { to: a-{1}.b }\n", "r:1:9: " + brackets + "\"a-{1}.b\""),
        Arguments.of("to: [::1]:443\n", "r:1:5: " + brackets + "\"[::1]:443\""),
        Arguments.of(
            "to: {{prefix}}.b\n", "r:1:6: a key is not plain text (put a template in quotes)"),
        Arguments.of(
            "exact: *.old.net\n",
            "r:1:8: YAML takes \"*.old.net\" for an alias (put it in quotes; for all names below a"
                + " domain: suffix: .old.net)"),
        Arguments.of(
            "exact: [a.net, *.old.net, b.net]\n",
            "r:1:16: YAML takes \"*.old.net\" for an alias (put it in quotes; for all names below a"
                + " domain: suffix: .old.net)"),
        Arguments.of(
            "exact: *erp.old.net\n",
            "r:1:8: YAML takes \"*erp.old.net\" for an alias (put it in quotes)"),
        Arguments.of("exact: *\n", "r:1:8: YAML takes \"*\" for an alias (put it in quotes)"),
        Arguments.of("a: &b.c\n", "r:1:4: YAML takes \"&b.c\" for an anchor (put it in quotes)"),
        Arguments.of(
            "message: !moved\n",
            "r:1:10: YAML tags (!name) are not allowed (text that begins with ! stands in quotes)"),
        Arguments.of("message: !a!b\n", "r:1:10: YAML takes \"!a!b\" for a tag (put it in quotes)"),
        Arguments.of("message: ![x]\n", "r:1:10: YAML takes \"![x]\" for a tag (put it in quotes)"),
        Arguments.of(
            "owner: @netops\n",
            "r:1:8: \"@netops\" begins with a character that means something to YAML (put it in"
                + " quotes)"),
        Arguments.of(
            "owner: `id`\n",
            "r:1:8: \"`id`\" begins with a character that means something to YAML (put it in"
                + " quotes)"),
        Arguments.of(
            "rules:\n  - name:erp\n    to: b\n", "r:2:10: a space is missing behind \"name:\""),
        Arguments.of("version:1\nrules: []\n", "r:1:9: a space is missing behind \"version:\""),
        Arguments.of("version: 1\nrules:[]\n", "r:2:7: a space is missing behind \"rules:\""),
        Arguments.of(
            "a: 1\nerp.old.net\nb: 2\n",
            "r:2:1: text stands where a key is expected (is a colon missing?)"),
        Arguments.of("a: b: c\n", "r:1:4: text with a colon has to stand in quotes: \"b: c\""),
        Arguments.of(
            "a: 1\n  b: 2\n",
            "r:2:4: YAML syntax: mapping values are not allowed here (text with a colon and a space"
                + " stands in quotes, and the keys of a mapping begin in the same column)"),
        Arguments.of(
            "a:\n    b: 1\n  c: 2\n",
            "r:3:3: YAML syntax: expected <block end>, but found '<block mapping start>' (while"
                + " parsing a block mapping that begins at 1:1; the keys of a mapping begin in the"
                + " same column)"),
        Arguments.of(
            "a: \"\\q\"\n",
            "r:1:5: \\q means nothing in double quotes (a regular expression stands in single"
                + " quotes)"));
  }

  @Test
  void columnsCountCharactersAndNotHalvesOfThem() {
    assertThat(problems("\ud83d\ude00: @\ud83d\ude00\n"))
        .containsExactly(
            "r:1:4: \"@\ud83d\ude00\" begins with a character that means something to YAML (put it"
                + " in quotes)");
  }

  @Test
  void aTabMayStandWhereItIndentsNothing() {
    assertThat(problems("a:\t1\nb: [\n\t1,\t2\n]\nc:\n-\td\n")).isEmpty();
  }

  private static List<String> problems(String text) {
    Problems problems = new Problems("r");
    Document _ = Document.parse(text, problems);
    return problems.inOrder().stream().map(Problem::toString).toList();
  }
}
