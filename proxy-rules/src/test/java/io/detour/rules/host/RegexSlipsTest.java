package io.detour.rules.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.core.Parsed;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexSlipsTest {
  private static RegexSlips slips(String regex) {
    return RegexSlips.of(HostMatcher.Regex.parse(regex).orElseThrow());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = ' ',
      value = {
        "App-.* A",
        "app-Q Q",
        "(A|B)\\.net A",
        "(?:X)+\\.net X",
        "(?P<Name>x)Y Y",
        "https://x /",
        "a\\/b /",
        "a@b @",
        "bü\\.net ü",
        "[a-z]{2}X X",
        "[]A]*B B",
        "[^[:alpha:]A]*C C",
        "(?i:a)B B",
        "(?i)é é",
        "\ud83d\ude00 \ud83d\ude00"
      })
  void aCharacterThatEveryMatchNeedsAndNoHostHasIsFound(String regex, String impossible) {
    assertThat(slips(regex).impossible()).isEqualTo(impossible);
    assertThat(slips(regex).never()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(app|App)\\.x",
        "app|X",
        "(A)?pp",
        "(A|b)\\.net",
        "((A))*b",
        "A{0}b",
        "A{0,1}b",
        "\\/?x",
        "(?i)App",
        "(?i:App)x",
        "(?i)\u212a",
        "[A-Za-z]+",
        "(?i)[A-Z]+",
        "\\x61\\141\\pL",
        "(?P<Name>x)(?<Other>y)",
        "^a$",
        "\\Aa\\z",
        "a_b-c",
        "[0-9a-f:]+",
        "::1",
        "10\\.0\\.0\\.[0-9]+",
        ".*",
        ".+",
        "(.*\\.)?old\\.net",
        "\\.?old\\.net\\.?",
        "old\\.net(:443)?"
      })
  void nothingIsSaidOfWhatMayMatch(String regex) {
    assertThat(slips(regex)).isEqualTo(new RegexSlips(null, null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "'old\\.net\\.' => hosts stand here without a dot at the end",
        "'.*\\.old\\.net\\.' => hosts stand here without a dot at the end",
        "'erp\\.old\\.net:443' => hosts stand here without a port",
        "'.*\\.old\\.net:[0-9]+' => hosts stand here without a port",
        "'\\.old\\.net' => no host begins with a dot, and an expression has to match the whole"
            + " host",
        "'[A-Z]+\\.x' => hosts are in lower case",
        "'\\x41pp' => hosts are in lower case",
        "'a\\.\\.b' => no host has this form",
        "'a^b' => no host has this form",
        "'\\s+' => no host has this form",
        "'[[:punct:]]x:y' => no host has this form"
      })
  void anExpressionThatMatchesNoHostIsFound(String regex, String never) {
    assertThat(slips(regex).never()).isEqualTo(never);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "app-(crm|erp).old.example.com => app-(crm|erp)\\.old\\.example\\.com",
        ".*foo.com => .*foo\\.com",
        ".*.old2.example.com => .*\\.old2\\.example\\.com",
        "[a-z]+.[a-z]+\\.net => [a-z]+\\.[a-z]+\\.net",
        "(.+).(.+)\\.net => (.+)\\.(.+)\\.net",
        "^app1.old\\.net$ => ^app1\\.old\\.net$",
        "(?i)App.Old\\.net => (?i)App\\.Old\\.net",
        "\\w+.(?:a|b)\\.net => \\w+\\.(?:a|b)\\.net",
        "x\ud83d\ude00*a.net => x\ud83d\ude00*a\\.net"
      })
  void aDotBetweenLabelsThatStandsForAnyCharacterIsFound(String regex, String dotted) {
    assertThat(slips(regex).dotted()).isEqualTo(dotted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".*",
        ".+",
        ".",
        "..",
        "a.*b",
        "a.+b",
        "a.?b",
        "a.{2}b",
        "a.*?b",
        "a[.]b",
        "a\\.b",
        "app.\\.old\\.net",
        "app.[.]old",
        "app...\\.net",
        "app-.\\.net",
        "app.-x\\.net",
        "(.)(.)x",
        "a(.)b",
        ".old",
        "old."
      })
  void otherDotsAreNot(String regex) {
    assertThat(slips(regex).dotted()).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatIsSaidToMatchNoHostMatchesNone(long seed) {
    Random random = new Random(seed);
    int never = 0;
    for (int i = 0; i < 3000; i++) {
      RandomRegex regex = RandomRegex.random(random);
      if (!(HostMatcher.Regex.parse(regex.text())
          instanceof Parsed.Value(HostMatcher.Regex matcher))) {
        continue;
      }
      RegexSlips slips = RegexSlips.of(matcher);
      for (String text : List.of(regex.match(random), RandomRegex.host(random))) {
        if (Host.parse(text) instanceof Parsed.Value(Host host) && matcher.match(host) != null) {
          assertThat(slips.never()).as("%s matches %s", matcher, host).isNull();
          assertThat(slips.impossible()).as("%s matches %s", matcher, host).isNull();
        }
      }
      never += slips.never() == null ? 0 : 1;
    }
    assertThat(never).isPositive();
  }
}
