package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.detour.rules.document.Document.Anchor;
import io.detour.rules.document.Node.Location;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AnchorsTest {
  @Test
  void anAliasStandsForTheAnchoredNodeItself() {
    Node.Mapping root = root("a: &net { b: [c] }\nd: *net\n");

    Node.Mapping anchored = mapping(root, "a");
    Node.Mapping alias = mapping(root, "d");
    assertThat(alias.entries()).isSameAs(anchored.entries());
    assertThat(anchored.at()).isEqualTo(new Location(1, 4));
    assertThat(alias.at()).isEqualTo(new Location(1, 4, new Location(2, 4)));
  }

  @Test
  void everyKindOfNodeCanBeAnchored() {
    Node.Mapping root =
        root("a: &t text\nb: &l\n  - 1\nc: &m\n  k: v\nd: [*t, *l, *m]\n&k e: *k\n");

    assertThat(value(root, "d"))
        .asInstanceOf(type(Node.Sequence.class))
        .extracting(Node.Sequence::items)
        .isEqualTo(
            List.of(
                new Node.Scalar(through(1, 4, 6, 5), Node.Type.TEXT, "text"),
                new Node.Sequence(
                    through(2, 4, 6, 9),
                    List.of(new Node.Scalar(new Location(3, 5), Node.Type.NUMBER, "1"))),
                new Node.Mapping(through(4, 4, 6, 13), mapping(root, "c").entries())));
    assertThat(text(root, "e")).isEqualTo("e");
  }

  @Test
  void anAliasCanBeAKey() {
    assertThat(text(root("a: &k key\n*k : value\n"), "key")).isEqualTo("value");
  }

  @Test
  void ownKeysWinOverMergedOnesWhereverTheyStand() {
    Node.Mapping root =
        root(
            """
            x: &net { owner: netops, ticket: NET-1 }
            y: { ticket: NET-2, <<: *net, name: erp }
            z: { <<: *net, owner: me }
            """);

    assertThat(shown(root, "y")).containsExactly("ticket=NET-2", "name=erp", "owner=netops");
    assertThat(shown(root, "z")).containsExactly("owner=me", "ticket=NET-1");
  }

  @Test
  void theFirstOfSeveralMergedMappingsWins() {
    Node.Mapping root =
        root(
            """
            a: &a { k: 1 }
            b: &b { k: 2, l: 2 }
            c: { <<: [*a, *b, { l: 3, m: 3 }] }
            """);

    assertThat(shown(root, "c")).containsExactly("k=1", "l=2", "m=3");
  }

  @Test
  void aMergedMappingMayHaveMergedItself() {
    Node.Mapping root = root("a: &a { k: 1 }\nb: &b { <<: *a, l: 2 }\nc:\n  <<: *b\n  m: 3\n");

    assertThat(shown(root, "c")).containsExactly("m=3", "l=2", "k=1");
  }

  @Test
  void theKeyInQuotesIsAnOrdinaryOne() {
    assertThat(text(root("'<<': a\n"), "<<")).isEqualTo("a");
  }

  @Test
  void mergedEntriesAreWhereTheyWereWritten() {
    Node.Mapping root = root("a: &a { k: 1 }\nb:\n  <<: *a\n");

    assertThat(mapping(root, "b").entries()).isEqualTo(mapping(root, "a").entries());
    assertThat(mapping(root, "b").at()).isEqualTo(new Location(3, 3));
  }

  @Test
  void anchorsAreListedWithTheirUse() {
    Document document = document("a: &a 1\nb: &b { c: &c 2 }\nd: *b\n");

    assertThat(document.anchors())
        .containsExactly(
            new Anchor("a", new Location(1, 4), false),
            new Anchor("b", new Location(2, 4), true),
            new Anchor("c", new Location(2, 12), false));
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void whatCannotBeFollowedIsAProblem(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  static Stream<Arguments> whatCannotBeFollowedIsAProblem() {
    return Stream.of(
        Arguments.of(
            "a: *net\n",
            "r:1:4: alias *net has no anchor &net above it (text that begins with * stands in"
                + " quotes)"),
        Arguments.of(
            "a: &nett 1\nb: *net\n",
            "r:2:4: alias *net has no anchor &net above it (did you mean *nett?)"),
        Arguments.of(
            "a: *b\nb: &b 1\n",
            "r:1:4: alias *b has no anchor &b above it (it stands below, in line 2)"),
        Arguments.of(
            "a: &a [1, { b: *a }]\n", "r:1:16: alias *a stands inside its own anchor (in line 1)"),
        Arguments.of(
            "a: &a\n  <<: *a\n", "r:2:7: alias *a stands inside its own anchor (in line 1)"),
        Arguments.of("a: &a 1\nb: &a 2\n", "r:2:4: anchor &a is repeated (first in line 1)"),
        Arguments.of(
            "a: { <<: text }\n",
            "r:1:10: \"<<\" is text (expected: a mapping, or a list of mappings)"),
        Arguments.of(
            "a: &a [1]\nb: { <<: *a }\n",
            "r:1:8: an entry of \"<<\" is a number (expected: a mapping, or a list of mappings)"),
        Arguments.of(
            "a: &a 1\nb: { <<: *a }\n",
            "r:1:4: \"<<\" is a number (expected: a mapping, or a list of mappings) (through the"
                + " alias at 2:10)"),
        Arguments.of(
            "a: &a {}\nb:\n  <<: *a\n  <<: *a\n",
            "r:4:3: key \"<<\" is repeated (first in line 3)"),
        Arguments.of(
            "a: &a { k: 1 }\nb:\n  <<: *a\n  k: 2\n  k: 3\n",
            "r:5:3: key \"k\" is repeated (first in line 4)"),
        Arguments.of("a: &a [1]\n*a : 2\n", "r:2:1: a key is not plain text"));
  }

  @Test
  @Tag("R03")
  void aliasesOfAliasesAreRefusedWhenTheyStandForTooMuch() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
      bomb.append("a%d: &a%d [".formatted(i, i) + ("*a" + (i - 1) + ", ").repeat(10) + "]\n");
    }

    assertThat(problems(bomb.toString()))
        .containsExactly("r:5:45: aliases stand for more than 100160 values up to here");
  }

  @Test
  @Tag("R03")
  void mergesOfMergesAreRefusedWhenTheyStandForTooMuch() {
    StringBuilder bomb = new StringBuilder("a0: &a0 { k: 1 }\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a%d: &a%d { <<: [*a%d, *a%d], k%d: 1 }\n".formatted(i, i, i - 1, i - 1, i));
    }

    assertThat(problems(bomb.toString()))
        .singleElement()
        .asString()
        .contains("aliases stand for more than");
  }

  @Test
  @Tag("R03")
  void aliasesDoNotNestDeeperThanTheTextMay() {
    String deep = "a: &a " + "[".repeat(40) + "]".repeat(40) + "\n";

    assertThat(problems(deep + "b: " + "[".repeat(24) + "*a" + "]".repeat(24) + "\n")).isEmpty();
    assertThat(problems(deep + "b: " + "[".repeat(25) + "*a" + "]".repeat(25) + "\n"))
        .containsExactly("r:2:29: nested deeper than 64 levels");
  }

  @Test
  void manyAliasesOfASmallNodeAreAllowed() {
    String text = "a: &a { k: 1, l: 2, m: 3 }\nb:\n" + "  - { <<: *a, n: 4 }\n".repeat(100_000);

    assertThat(problems(text)).isEmpty();
  }

  private static Location through(int line, int column, int aliasLine, int aliasColumn) {
    return new Location(line, column, new Location(aliasLine, aliasColumn));
  }

  private static List<String> shown(Node.Mapping root, String key) {
    return mapping(root, key).entries().stream()
        .map(entry -> entry.key() + '=' + ((Node.Scalar) entry.value()).text())
        .toList();
  }

  private static String text(Node.Mapping root, String key) {
    return ((Node.Scalar) value(root, key)).text();
  }

  private static Node.Mapping mapping(Node.Mapping root, String key) {
    return (Node.Mapping) value(root, key);
  }

  private static Node value(Node.Mapping root, String key) {
    return root.entries().stream()
        .filter(entry -> entry.key().equals(key))
        .findFirst()
        .orElseThrow()
        .value();
  }

  private static Node.Mapping root(String text) {
    return (Node.Mapping) document(text).root();
  }

  private static Document document(String text) {
    Problems problems = new Problems("r");
    Document document = Document.parse(text, problems);
    assertThat(problems.inOrder()).isEmpty();
    return Objects.requireNonNull(document);
  }

  private static List<String> problems(String text) {
    Problems problems = new Problems("r");
    Document _ = Document.parse(text, problems);
    return problems.inOrder().stream().map(Problem::toString).toList();
  }
}
