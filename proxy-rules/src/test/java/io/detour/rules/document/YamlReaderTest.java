package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.document.Node.Location;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class YamlReaderTest {
  @Test
  void everyNodeKnowsWhereItBegins() {
    Node root = root("a: b\nc:\n  - d\n  - { e: f }\n");

    Node inner =
        new Node.Mapping(at(4, 5), List.of(new Node.Entry("e", at(4, 7), text(4, 10, "f"))));
    Node list = new Node.Sequence(at(3, 3), List.of(text(3, 5, "d"), inner));
    assertThat(root)
        .isEqualTo(
            new Node.Mapping(
                at(1, 1),
                List.of(
                    new Node.Entry("a", at(1, 1), text(1, 4, "b")),
                    new Node.Entry("c", at(2, 1), list))));
  }

  @ParameterizedTest(name = "R03: {1}")
  @MethodSource
  void whatNoFileNeedsIsRefused(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  static Stream<Arguments> whatNoFileNeedsIsRefused() {
    return Stream.of(
        Arguments.of("a: 1\n---\nb: 1\n", "r:2:1: a second YAML document is not allowed"),
        Arguments.of(
            "a: !!str 1\n",
            "r:1:4: YAML tags (!name) are not allowed (text that begins with ! stands in quotes)"),
        Arguments.of(
            "a: !x [1]\n",
            "r:1:4: YAML tags (!name) are not allowed (text that begins with ! stands in quotes)"),
        Arguments.of(
            "!x {a: 1}\n",
            "r:1:1: YAML tags (!name) are not allowed (text that begins with ! stands in quotes)"),
        Arguments.of(
            "a: !!javax.script.ScriptEngineManager []\n",
            "r:1:4: YAML tags (!name) are not allowed (text that begins with ! stands in quotes)"),
        Arguments.of("? [a]\n: b\n", "r:1:3: a key is not plain text"),
        Arguments.of(
            "? {a: b}\n: b\n", "r:1:3: a key is not plain text (put a template in quotes)"),
        Arguments.of("a: \u0007\n", "r:1:4: character U+0007 is not allowed"),
        Arguments.of("a: b\n\ud83d\ude00: \ufffe\n", "r:2:4: character U+FFFE is not allowed"),
        Arguments.of("a: \ud800\n", "r: has half of a surrogate pair"));
  }

  @ParameterizedTest(name = "R02: {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a: b: c             | r:1:4: text with a colon has to stand in quotes: \"b: c\"",
        "'a: 1\n\tb: 2'     | r:2:1: a tab stands where YAML wants spaces",
        "a: [1, 2            | r:1:4: the bracket [ that opens here is not closed",
        "a: [1, 2}           | r:1:4: the bracket [ that opens here is not closed",
        "a: \"x             | r:1:4: the quote that opens here has no end",
        "a: \"\\q\"          | r:1:5: \\q means nothing in double quotes",
        "a: \"\\Uffffffff\"  | r:1:7: an escape stands for no character",
        "a: \"\\U            | r:1:7: an escape stands for no character",
        "a: @x               | r:1:4: \"@x\" begins with a character",
        "'a: 1\n  b: 2'      | r:2:4: YAML syntax: mapping values are not allowed here",
        "'%YAML 9.9\n---\na' | r:1:1: another version of YAML",
      })
  void brokenYamlHasAPlace(String text, String problem) {
    assertThat(problems(text)).singleElement(InstanceOfAssertFactories.STRING).startsWith(problem);
  }

  @Test
  @Tag("R03")
  void deepNestingIsRefused() {
    String deep = "a: " + "[".repeat(1000) + "]".repeat(1000);
    String open = "a: " + "[".repeat(100_000);
    String keys = "{a: ".repeat(1000) + "1" + "}".repeat(1000);
    String enough = "a: " + "[".repeat(63) + "]".repeat(63);

    assertThat(problems(deep)).containsExactly("r:1:68: nested deeper than 64 levels");
    assertThat(problems(open)).containsExactly("r:1:68: nested deeper than 64 levels");
    assertThat(problems(keys)).containsExactly("r:1:261: nested deeper than 64 levels");
    assertThat(problems(enough)).isEmpty();
  }

  @Test
  void aLargeFileIsRead() {
    String text = "version: 1\nrules: []\n" + "# comment\n".repeat(600_000);

    assertThat(problems(text)).isEmpty();
  }

  private static Node.Scalar text(int line, int column, String text) {
    return new Node.Scalar(at(line, column), Node.Type.TEXT, text);
  }

  private static Location at(int line, int column) {
    return new Location(line, column);
  }

  private static Node root(String text) {
    return Objects.requireNonNull(Document.parse(text, new Problems("r"))).root();
  }

  private static List<String> problems(String text) {
    Problems problems = new Problems("r");
    Document _ = Document.parse(text, problems);
    return problems.inOrder().stream().map(Problem::toString).toList();
  }
}
