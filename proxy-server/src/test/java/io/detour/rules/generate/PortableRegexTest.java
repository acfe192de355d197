package io.detour.rules.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.detour.core.Host;
import io.detour.rules.generate.PortableRegex.RegexTail;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortableRegexTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '\0',
      value = {
        "app-([a-z]+)-([0-9]+)\\.corp ^(?:app-([a-z]+)-([0-9]+)\\.corp)$",
        "(?:a|b)\\.x ^(?:(?:a|b)\\.x)$",
        "(?P<site>a)(?<room>b) ^(?:(a)(b))$",
        "^a[^.\\-_]{2,3}\\d\\w*?.x$ ^(?:^a[^.\\-_]{2,3}\\d\\w*?.x$)$",
        "((a)b)?x ^(?:((a)b)?x)$",
      })
  void whatMeansTheSameEverywhereIsTakenAsItIs(String expression, String script) {
    assertThat(Pattern.compile(expression)).isNotNull();
    assertThat(Objects.requireNonNull(PortableRegex.parse(expression)).javaScript())
        .isEqualTo(script);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '\0',
      value = {
        "a-([a-z])-((b)|c) ^(?<detour_0>a-(?<detour_1>[a-z])-(?<detour_2>(?<detour_3>b)|c))$",
        "(?:a)(?P<x>b) ^(?<detour_0>(?:a)(?<detour_1>b))$",
      })
  void groupsGetNames(String expression, String named) {
    assertThat(Objects.requireNonNull(PortableRegex.parse(expression)).withNamedGroups())
        .isEqualTo(named);
  }

  @DisplayName(
      "W07 what takes exponential time, or means something else elsewhere, is not portable")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a+)+",
        "(a*)*x",
        "(a|ab)*c",
        "((a|b)c)+",
        "(a?){30}",
        "(?:(?:a{1,9}){1,9}){1,9}",
        "(?i)A",
        "(?i:a)",
        "\\pL+",
        "[[:alpha:]]+",
        "\\Qa.b\\E",
        "\\x61",
        "\\bx",
        "\\Ax\\z",
        "a{,3}",
        "a b",
        "a\"b",
        "a\\\\.b",
        "[\\\\]",
        "ü",
      })
  void theRestIsNotPortable(String expression) {
    assertThat(Pattern.compile(expression)).isNotNull();
    assertThat(PortableRegex.parse(expression)).isNull();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '\0',
      nullValues = "-",
      value = {
        "app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net corp.oldco.net",
        ".*\\.old\\.net$ old.net",
        "a\\.b\\.c b.c",
        "(a|b)\\.x -",
        "[ab]\\.x x",
        "abc -",
        "a.b.c -",
        "a\\\\.b -",
        "x\\.a\\d -",
        "x\\.(a\\.b) -",
        "x\\.a\\.[b] -",
        "\\Qx\\.a -",
        "x\\.1 -",
        "x\\.A -",
      })
  void theEndOfAnExpressionTellsTheDomain(String expression, String domain) {
    Host tail = RegexTail.domain(expression);
    assertThat(tail == null ? null : tail.name()).isEqualTo(domain);
  }
}
