package io.detour.server.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchDomainsTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @ParameterizedTest(name = "D04: with ndots {0} {1} may be {2}")
  @CsvSource({
    "1, wiki,           wiki.a.test wiki.b.test wiki",
    "1, wiki.team,      wiki.team wiki.team.a.test wiki.team.b.test",
    "0, wiki,           wiki wiki.a.test wiki.b.test",
    "3, www.team.test,  www.team.test.a.test www.team.test.b.test www.team.test",
    "3, a.b.c.test,     a.b.c.test a.b.c.test.a.test a.b.c.test.b.test",
  })
  void namesAreCompleted(int dots, String name, String candidates) {
    SearchDomains search = new SearchDomains(List.of("a.test", "b.test"), dots);

    assertThat(search.candidates(name)).containsExactly(candidates.split(" ", -1));
  }

  @Test
  void aNameThatWouldBeTooLongIsNotCompleted() {
    SearchDomains search = new SearchDomains(List.of("a.test"), 1);
    String name = ("a".repeat(49) + ".").repeat(4) + "b".repeat(49);

    assertThat(search.candidates(name)).containsExactly(name);
  }

  @ParameterizedTest(name = "a file with \"{0}\"")
  @CsvSource(
      delimiter = '|',
      value = {
        "search a.test B.test.          | a.test b.test | 1",
        "search a.test;search c.test    | c.test        | 1",
        "domain a.test                  | a.test        | 1",
        "  search\ta.test               | a.test        | 1",
        "search a.test 10.0.0.1 b..test | a.test        | 1",
        "search a.test;options rotate ndots:2 timeout:1 | a.test | 2",
        "options ndots:99;search a.test | a.test        | 15",
        "options ndots:x;search a.test  | a.test        | 1",
        "nameserver 192.0.2.1           | ''            | 1",
        "# search a.test                | ''            | 1",
        "''                             | ''            | 1",
      })
  void theFileIsRead(String text, String domains, int dots) throws IOException {
    Path file = Files.writeString(folder.resolve("resolv.conf"), text.replace(';', '\n'));

    SearchDomains search = SearchDomains.read(file.toFile());

    assertThat(String.join(" ", search.domains())).isEqualTo(domains);
    assertThat(search.dots()).isEqualTo(dots);
  }

  @Test
  void withoutAFileNamesAreComplete() {
    assertThat(SearchDomains.read(folder.resolve("none").toFile())).isEqualTo(SearchDomains.NONE);
  }
}
