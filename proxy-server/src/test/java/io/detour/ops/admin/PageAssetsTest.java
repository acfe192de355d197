package io.detour.ops.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PageAssetsTest {
  private static final Path SOURCES =
      Path.of("src", "main", "resources", "io", "detour", "ops", "admin", "page");
  private static final String PAGE = "index.html";

  private final PageAssets assets = PageAssets.load();

  /** Maven fills properties in elsewhere: {@code ${…}} is JavaScript here. */
  @Test
  void eachFileIsServedAsItIsWritten() throws IOException {
    assertThat(assets.page().body()).isEqualTo(Files.readAllBytes(SOURCES.resolve(PAGE)));
    for (Map.Entry<String, Answer> file : ownFiles()) {
      Path source = SOURCES.resolve(file.getKey().substring(PageAssets.FOLDER.length()));
      assertThat(file.getValue().body()).as(file.getKey()).isEqualTo(Files.readAllBytes(source));
    }
  }

  @Test
  void nothingElseIsServedButUplot() throws IOException {
    TreeSet<String> expected = new TreeSet<>(List.of("/assets/uplot.css", "/assets/uplot.js"));
    sources().stream()
        .filter(name -> !name.equals(PAGE))
        .forEach(name -> expected.add(PageAssets.FOLDER + name));
    assertThat(assets.files().keySet()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void whatThePageNamesIsThere() {
    String page = new String(assets.page().body(), UTF_8);
    List<String> named =
        Pattern.compile("(?:src|href)=\"(/assets/[^\"]+)\"")
            .matcher(page)
            .results()
            .map(MatchResult::group)
            .map(attribute -> attribute.substring(attribute.indexOf('/'), attribute.length() - 1))
            .toList();
    assertThat(named).contains("/assets/page.js", "/assets/uplot.js");
    assertThat(assets.files()).containsKeys(named.toArray(String[]::new));
  }

  /** What the policy forbids would only be missed in a browser. */
  @Test
  void thePageHasNoScriptsAndNoStylesInLine() {
    String page = new String(assets.page().body(), UTF_8);
    assertThat(page).doesNotContain("<style", " style=", "<script>", "javascript:");
    assertThat(page).doesNotContainPattern(" on[a-z]+=");
  }

  @Test
  void scriptsPutNothingInAsHtml() {
    for (Map.Entry<String, Answer> file : ownFiles()) {
      assertThat(new String(file.getValue().body(), UTF_8))
          .as(file.getKey())
          .doesNotContain(
              "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
    }
  }

  private List<Map.Entry<String, Answer>> ownFiles() {
    return assets.files().entrySet().stream()
        .filter(file -> !file.getKey().startsWith(PageAssets.FOLDER + "uplot."))
        .toList();
  }

  private static List<String> sources() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
