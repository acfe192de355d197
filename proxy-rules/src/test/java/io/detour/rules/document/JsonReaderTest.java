package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"version\": 1, \"rules\": [ {\"name\": \"erp\", \"a\": [true, false, null, -1.5e3]} ] }",
        "{\n  \"b\u00fc\ud83d\ude00cher\":\t\"\ud83d\ude00\", \"c\": [],\r\n\r\n  \"d\" : {}\n}\n",
        "\ufeff{ \"a\": \"\\u0041\\n\" }",
        "[[1], [2,\n3]]",
        "\"text\"",
        "{}",
      })
  void makesTheNodesThatYamlMakes(String text) {
    assertThat(read("r.json", text)).isEqualTo(read("r.yaml", text));
  }

  @Test
  void anEmptyTextIsAnEmptyValue() {
    assertThat(read("r.json", " \n")).isEqualTo(read("r.yaml", " \n"));
  }

  @Test
  void theMergeKeyIsAnOrdinaryOne() {
    assertThat(read("r.json", "{\"<<\": {\"a\": 1}}"))
        .extracting(node -> ((Node.Mapping) node).entries().getFirst().key())
        .isEqualTo("<<");
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void brokenJsonHasAPlace(String text, String problem) {
    assertThat(problems(text)).singleElement().asString().startsWith(problem);
  }

  static Stream<Arguments> brokenJsonHasAPlace() {
    return Stream.of(
        Arguments.of(
            "{\"a\": 1,\n \"a\": 2}", "r.json:2:2: key \"a\" is repeated (first in line 1)"),
        Arguments.of("{\"a\": 1,\n}", "r.json:2:1: JSON syntax: Unexpected character ('}'"),
        Arguments.of("{\"\u00fc\": x}", "r.json:1:7: JSON syntax: Unrecognized token 'x'"),
        Arguments.of("{\"a\": 1", "r.json:1:8: JSON syntax: Unexpected end-of-input"),
        Arguments.of("{\"a\": \"x", "r.json:1:9: JSON syntax: Unexpected end-of-input"),
        Arguments.of("{'a': 1}", "r.json:1:2: JSON syntax: Unexpected character ('''"),
        Arguments.of("{\"a\": 012}", "r.json:1:8: JSON syntax: Invalid numeric value"),
        Arguments.of("{\"a\": \"\\q\"}", "r.json:1:9: JSON syntax: Unrecognized character escape"),
        Arguments.of("# a\n{}", "r.json:1:1: JSON syntax: Unexpected character ('#'"),
        Arguments.of("{}\n {}", "r.json:2:2: a second JSON value is not allowed"),
        Arguments.of("{}\n }", "r.json:2:2: JSON syntax: "),
        Arguments.of("[]]", "r.json:1:3: JSON syntax: "),
        Arguments.of("[1}", "r.json:1:3: JSON syntax: "),
        Arguments.of("{\"a\": \u0000}", "r.json:1:7: character U+0000 is not allowed"));
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void whatIsNotClosedSaysWhereItBegins(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  static Stream<Arguments> whatIsNotClosedSaysWhereItBegins() {
    String end = "JSON syntax: Unexpected end-of-input: expected close marker for ";
    return Stream.of(
        Arguments.of("{\"a\": 1", "r.json:1:8: " + end + "Object (it begins at 1:1)"),
        Arguments.of(
            "{\"\u00fc\": [\n  {\"b\": []", "r.json:2:11: " + end + "Object (it begins at 2:3)"),
        Arguments.of("{\"\u00fc\": [ {}", "r.json:1:11: " + end + "Array (it begins at 1:7)"));
  }

  @Test
  @Tag("R03")
  void deepNestingIsRefused() {
    assertThat(problems("[".repeat(100_000)))
        .containsExactly("r.json:1:66: nested deeper than 64 levels");
    assertThat(problems("[".repeat(65) + "]".repeat(65))).isEmpty();
  }

  @Test
  void handsItemsOnAndForgetsThem() {
    List<String> items = new ArrayList<>();
    Problems problems = new Problems("r.json");
    Document document =
        Document.parse(
            "{\"a\": [1], \"rules\": [{\"rules\": [2]}, 3],\n \"b\": 4}",
            problems,
            Map.of("rules", item -> items.add(item.at().column() + " " + item.kind())));

    assertThat(problems.inOrder()).isEmpty();
    assertThat(items).containsExactly("22 a mapping", "38 a number");
    assertThat(Objects.requireNonNull(document).root())
        .isEqualTo(read("r.json", "{\"a\": [1], \"rules\": [                   ],\n \"b\": 4}"));
  }

  private static Node read(String file, String text) {
    Problems problems = new Problems(file);
    Document document = Document.parse(text, problems);
    assertThat(problems.inOrder()).isEmpty();
    return Objects.requireNonNull(document).root();
  }

  private static List<String> problems(String text) {
    Problems problems = new Problems("r.json");
    Document _ = Document.parse(text, problems);
    return problems.inOrder().stream().map(Problem::toString).toList();
  }
}
