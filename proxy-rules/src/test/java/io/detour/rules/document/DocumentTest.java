package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.detour.rules.document.Node.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentTest {
  @TempDir private Path folder;

  private final List<Node> rules = new ArrayList<>();
  private final Problems problems = new Problems("r");

  @Test
  void itemsAreHandedOnInTheOrderOfTheFile() {
    Document document = parse("version: 1\nrules:\n  - a\n  - { b: c }\ntests: [d]\n");

    assertThat(rules)
        .containsExactly(
            text(3, 5, "a"),
            new Node.Mapping(at(4, 5), List.of(new Node.Entry("b", at(4, 7), text(4, 10, "c")))));
    assertThat(root(document))
        .extracting(Node.Entry::key, Node.Entry::value)
        .contains(tuple("rules", new Node.Sequence(at(3, 3), List.of())))
        .hasSize(3);
  }

  @Test
  void onlyListsAtTheRootAreStreamed() {
    Document document = parse("rules: none\na: { rules: [1] }\n");

    assertThat(rules).isEmpty();
    assertThat(root(document).getFirst().value()).isEqualTo(text(1, 8, "none"));
  }

  @Test
  void anchorsWorkAcrossStreamedItems() {
    Document document =
        parse(
            """
            x: &net { owner: netops }
            rules:
              - &first { <<: *net, name: a }
              - { <<: *first, name: b }
              - *first
            last: *first
            """);

    assertThat(rules).extracting(item -> keys((Node.Mapping) item)).hasSize(3);
    assertThat(rules)
        .extracting(item -> keys((Node.Mapping) item))
        .containsOnly(List.of("name", "owner"));
    assertThat(rules.get(2).at()).isEqualTo(new Location(3, 5, at(5, 5)));
    assertThat(root(document).getLast().value())
        .extracting(node -> keys((Node.Mapping) node))
        .isEqualTo(List.of("name", "owner"));
  }

  @Test
  void aListThatComesByAnAnchorAnAliasOrAMergeIsHandedOnToo() {
    assertThat(root(parse("rules: &r [1, 2]\nx: *r\n"))).hasSize(2);
    assertThat(root(parse("x: &r [3]\nrules: *r\n"))).hasSize(2);
    assertThat(root(parse("x: &r { rules: [4] }\n<<: *r\n"))).hasSize(2);

    assertThat(rules).extracting(Node::shown).containsExactly("\"1\"", "\"2\"", "\"3\"", "\"4\"");
  }

  @Test
  void anItemWithAProblemOfItsOwnIsNotHandedOn() {
    Document document = parseAnything("rules:\n  - 1\n  - !!str 2\n  - *none\n  - 4\n");

    assertThat(document).isNull();
    assertThat(problems.inOrder()).hasSize(2);
    assertThat(rules).extracting(Node::shown).containsExactly("\"1\"", "\"4\"");
  }

  @Test
  void aRepeatedListIsNotHandedOn() {
    Document document = parseAnything("rules: [1]\nrules: [2]\n");

    assertThat(document).isNotNull();
    assertThat(problems.inOrder())
        .extracting(Problem::toString)
        .containsExactly("r:2:1: key \"rules\" is repeated (first in line 1)");
    assertThat(rules).extracting(Node::shown).containsExactly("\"1\"");
  }

  @Test
  @Tag("R03")
  void theNumberOfNodesHeldAtOnceIsBounded() {
    String many = "[" + "1,".repeat(Document.MAX_NODES) + "]";

    assertThat(parseAnything("x: " + many)).isNull();
    assertThat(problems.inOrder())
        .extracting(Problem::toString)
        .containsExactly("r:1:2000001: has more than 1000000 values up to here");
    assertThat(parse("rules: " + many, new Problems("s"))).isNotNull();
    assertThat(rules).hasSize(Document.MAX_NODES);
  }

  @Test
  void aPlaceThroughAnAliasIsToldOnceForEachAlias() {
    problems.add(new Location(1, 2, at(3, 4)), "wrong");
    problems.add(new Location(1, 2, at(3, 4)), "wrong");
    problems.add(new Location(1, 2, at(5, 6)), "wrong");

    assertThat(problems.inOrder())
        .extracting(Problem::toString)
        .containsExactly(
            "r:1:2: wrong (through the alias at 3:4)", "r:1:2: wrong (through the alias at 5:6)");
  }

  @Test
  void theFileNameSaysWhichFormatItIs() throws IOException {
    Path json = Files.writeString(folder.resolve("a.json"), "{\"a\": 1, }");
    Path yaml = Files.writeString(folder.resolve("a.yml"), "{\"a\": 1, }");

    assertThat(load(json)).startsWith(json + ":1:10: JSON syntax: ");
    assertThat(load(yaml)).isEmpty();
  }

  @Test
  @Tag("R03")
  void whatIsNoRegularFileIsNotOpened() throws Exception {
    Path pipe = folder.resolve("pipe.yaml");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), pipe);

    String device = ": cannot be read: it is a device or a pipe (expected: a file)";
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertThat(load(pipe)).isEqualTo(pipe + device);
          assertThat(load(link)).isEqualTo(link + device);
          assertThat(load(Path.of("/dev/zero"))).isEqualTo("/dev/zero" + device);
        });
  }

  private Document parse(String text) {
    return parse(text, problems);
  }

  private Document parse(String text, Problems told) {
    Document document = Document.parse(text, told, Map.of("rules", rules::add));
    assertThat(told.inOrder()).isEmpty();
    return Objects.requireNonNull(document);
  }

  private @Nullable Document parseAnything(String text) {
    return Document.parse(text, problems, Map.of("rules", rules::add));
  }

  private static String load(Path path) {
    Problems told = new Problems(path.toString());
    Document _ = Document.load(path, told);
    return String.join("\n", told.inOrder().stream().map(Problem::toString).toList());
  }

  private static List<Node.Entry> root(Document document) {
    return ((Node.Mapping) document.root()).entries();
  }

  private static List<String> keys(Node.Mapping mapping) {
    return mapping.entries().stream().map(Node.Entry::key).toList();
  }

  private static Node.Scalar text(int line, int column, String text) {
    return new Node.Scalar(at(line, column), Node.Type.TEXT, text);
  }

  private static Location at(int line, int column) {
    return new Location(line, column);
  }
}
