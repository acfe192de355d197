package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README and the documents for developers say of the code is there. */
class DocumentedNamesTest {
  private static final int MAX_README_LINES = 180;
  private static final int MIN_ROWS = 25;

  /** Other people's types, and a header field, that the documents name. */
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
          "SslHandler",
          "Via");

  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

  /** Packages, a type, and a member of it or a type in it. */
  private static final Pattern TYPE =
      Pattern.compile("((?:[a-z]\\w*\\.)*)([A-Z][a-z]\\w*)(?:\\.(\\w+))?(?:[.(].*)?");

  private static final Pattern DECLARED =
      Pattern.compile("(?m)^ *(?:[a-z-]+ )*(?:class|interface|record|enum) (\\w+)");
  private static final Pattern QUALIFIED = Pattern.compile("io\\.detour(?:\\.\\w+)+");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| [^|]+ \\| (`[^|]+) \\|$");

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/relay.md"})
  void everyTypeThatADocumentNamesExists(String document) throws IOException {
    Map<Path, String> sources = sources();
    assertThat(
            CODE.matcher(read(document))
                .results()
                .map(code -> TYPE.matcher(code.group(1)))
                .filter(type -> type.matches() && !OTHERS.contains(type.group(2)))
                .filter(type -> sources.entrySet().stream().noneMatch(e -> declares(e, type)))
                .map(Matcher::group))
        .isEmpty();
  }

  /** Whether a file has the type, in the packages that are named, and the word behind it. */
  private static boolean declares(Map.Entry<Path, String> source, Matcher type) {
    String packages = type.group(1).replace('.', '/');
    return (packages.isEmpty() || source.getKey().endsWith(packages + type.group(2) + ".java"))
        && all(DECLARED, source.getValue()).contains(type.group(2))
        && (type.group(3) == null || hasWord(source.getValue(), type.group(3)));
  }

  private static boolean hasWord(String text, String word) {
    return Pattern.compile("\\b" + word + "\\b").matcher(text).find();
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

  private static Map<Path, String> sources() throws IOException {
    Map<Path, String> texts = new LinkedHashMap<>();
    for (Path file : Stream.concat(Sources.main().stream(), Sources.tests().stream()).toList()) {
      texts.put(file, Files.readString(file));
    }
    return texts;
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
