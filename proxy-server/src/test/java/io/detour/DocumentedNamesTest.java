package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README and the documents for developers say of the code is there. */
class DocumentedNamesTest {
  private static final int MAX_README_LINES = 180;
  private static final int MIN_ROWS = 25;

  /** Other people's types that the documents name. */
  private static final Set<String> OTHERS =
      Set.of(
          "AsynchronousSocketChannel",
          "ByteBuf",
          "ChannelFuture",
          "DatagramChannel",
          "EpollIoHandle",
          "EpollSocketChannel",
          "IllegalArgumentException",
          "IllegalStateException",
          "IOException",
          "NioSocketChannel",
          "SslContext",
          "SslHandler");

  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern TYPE =
      Pattern.compile("(?:[a-z]\\w*\\.)*([A-Z][a-z0-9]+(?:[A-Z]\\w*)+)(?:[.(#].*)?");
  private static final Pattern DECLARED =
      Pattern.compile("\\b(?:class|interface|record|enum)\\s+(\\w+)");
  private static final Pattern QUALIFIED = Pattern.compile("io\\.detour(?:\\.\\w+)+");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| [^|]+ \\| (`[^|]+) \\|$");

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/relay.md"})
  void everyTypeThatADocumentNamesExists(String document) throws IOException {
    Set<String> declared = declared();
    List<String> missing = new ArrayList<>();
    for (String code : all(CODE, read(document))) {
      var type = TYPE.matcher(code);
      if (type.matches() && !declared.contains(type.group(1)) && !OTHERS.contains(type.group(1))) {
        missing.add(code);
      }
    }
    assertThat(missing).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/relay.md"})
  void everyQualifiedNameIsAPackageOrAType(String document) throws IOException {
    assertThat(all(QUALIFIED, read(document)))
        .allSatisfy(name -> assertThat(isThere(name.replace('.', '/'))).as(name).isTrue());
  }

  @Test
  void theReadmeSaysWhatToOpen() throws IOException {
    String readme = read("README.md");
    String map = readme.substring(readme.indexOf("### To change X, open Y"));
    List<String> rows = all(ROW, map);
    assertThat(rows).hasSizeGreaterThanOrEqualTo(MIN_ROWS);
    assertThat(rows)
        .flatMap(row -> all(CODE, row))
        .filteredOn(path -> !path.startsWith("src/"))
        .allSatisfy(path -> assertThat(isThere("io/detour/" + path)).as(path).isTrue());
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(read("README.md").lines().count()).isLessThanOrEqualTo(MAX_README_LINES);
  }

  private static boolean isThere(String path) {
    return Stream.of("proxy-core", "proxy-rules", "proxy-server")
        .flatMap(
            module ->
                Stream.of("java/" + path, "java/" + path + ".java", "resources/" + path)
                    .map(place -> Path.of("..", module, "src/main", place)))
        .anyMatch(Files::exists);
  }

  private static Set<String> declared() throws IOException {
    Set<String> names = new HashSet<>();
    for (Path source : sources()) {
      names.addAll(all(DECLARED, Files.readString(source)));
    }
    return names;
  }

  private static List<Path> sources() throws IOException {
    return Stream.concat(Sources.main().stream(), Sources.tests().stream()).toList();
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(DocumentedNamesTest::lastGroup).toList();
  }

  private static String lastGroup(MatchResult found) {
    return found.group(found.groupCount());
  }

  private static String read(String document) throws IOException {
    return Files.readString(Path.of("..", document));
  }
}
