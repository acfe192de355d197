package io.detour.rules.lint;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegexCharactersTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = ' ',
      value = {
        "App-.* A",
        "app-Q Q",
        "a|B\\.net B",
        "(A|b)\\.net A",
        "https://x /",
        "a\\/b /",
        "a@b @",
        "bü\\.net ü",
        "[a-z]{2}X X",
        "(?:X)\\.net X",
        "(?P<Name>x)Y Y",
        "[]A]B B",
        "[^[:alpha:]A]C C",
        "\\x{41}\\x41\\pLD D",
        "\\QA\\EF F"
      })
  void findsTheFirstCharacterThatNoHostHas(String regex, char impossible) {
    assertThat(RegexCharacters.impossible(regex)).isEqualTo(impossible);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = ' ',
      value = {
        "app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net",
        "(?i)App",
        "(?i:App)x",
        "[A-Za-z]+",
        "\\D\\S\\W\\pL\\PL\\B\\A",
        "(?P<Name>x)(?<Other>y)",
        "a{1,2}b{3}",
        "a_b:c-d",
        "A?b",
        "A*b",
        "A{0,1}b",
        "\\/?x",
        "^a$",
        "\\Qa.b\\E"
      })
  void findsNothingInWhatMayMatch(String regex) {
    @Nullable Character impossible = RegexCharacters.impossible(regex);

    assertThat(impossible).isNull();
  }
}
