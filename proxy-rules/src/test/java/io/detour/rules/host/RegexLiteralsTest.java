package io.detour.rules.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.rules.Hosts;
import io.detour.rules.host.RegexLiterals.LiteralSequence;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexLiteralsTest {
  @ParameterizedTest(name = "{0} has {1}")
  @CsvSource(
      delimiterString = " = ",
      value = {
        "app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net = [app-,-,.corp.oldco.net]",
        "(?P<n>erp)[0-9]\\.(?:old|older)\\.net = [erp,.old.net]|[erp,.older.net]",
        "(app|crm)-(x|y) = [app-x]|[crm-x]|[app-y]|[crm-y]",
        "abc*d = [ab,d]",
        "abc?d = [ab,d]",
        "abc+d = [abc,d]",
        "abc{0,3}d = [ab,d]",
        "abc{2}d = [abc,d]",
        "abc{1}d = [abcd]",
        "abc{1,}d = [abc,d]",
        "abc{0}d = [ab,d]",
        "abc{02}d = [abc{02}d]",
        "(abc)*d = [d]",
        "(abc)+d = [abc,d]",
        "(a|b)+d = [a,d]|[b,d]",
        "a(?i)*b = [b]",
        "(?i)ERP\\.Old = [erp.old]",
        "(?i:E)RP(?-i)X = [eRPX]",
        "a(?i)B|C = [ab]|[c]",
        "(a(?i)B)C = [abC]",
        "(?i)a\u212ab = [a,b]",
        "a\\db = [a,b]",
        "a\\pLb\\p{Greek}c = [a,b,c]",
        "a\\x2eb\\x{2e}c\\056d = [a,b,c,d]",
        "a[.]b[\\.]c[-]d[ef]g = [a.b.c-d,g]",
        "a[]]b[[]c = [a]b[c]",
        "a[!-[:]b:]c = [a,b:]c]",
        "a[[:alpha:]]b = [a,b]",
        "^a\\b.b$ = [a,b]",
        "a.b = [a,b]",
        "\ud83d\ude00*b = [b]",
        "a| = [a]|[]",
        ".* = []",
        "a(b(c(d))) = [abcd]",
      })
  void namesTheTextsOfEachAlternative(String regex, String literals) {
    List<String> alternatives =
        RegexLiterals.of(regex).alternatives().stream()
            .map(sequence -> "[" + String.join(",", sequence.literals()) + "]")
            .toList();

    assertThat(String.join("|", alternatives)).isEqualTo(literals);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiterString = " = ",
      value = {
        ".*\\.old\\.example\\.com = 'suffix .old.example.com'",
        "^.*\\.old\\.example\\.com$ = 'suffix .old.example.com'",
        "(.*)\\.old\\.example\\.com = 'suffix .old.example.com'",
        ".+\\.x = 'suffix .x'",
        ".+?[.]x = 'suffix .x'",
        "([^.]+\\.)+x = 'suffix .x'",
        "(.*\\.)?old\\.example\\.com = 'suffix old.example.com'",
        "(?:.+\\.)?old\\.example\\.com = 'suffix old.example.com'",
        "(?:.+\\.)*old\\.example\\.com = 'suffix old.example.com'",
        "([^.]+\\.)*old\\.example\\.com = 'suffix old.example.com'",
        "erp\\.old\\.example\\.com = 'exact erp.old.example.com'",
        "10\\.0\\.0\\.1 = 'exact 10.0.0.1'",
        "2001:db8::1 = 'exact 2001:db8::1'",
        "(?i)ERP\\.old = 'exact erp.old'",
        "(erp|crm)\\.old = 'exact erp.old, exact crm.old'",
        "erp\\.old|.*\\.crm\\.old = 'exact erp.old, suffix .crm.old'",
      })
  void knowsAPlainMatcherInDisguise(String regex, String plain) {
    List<String> texts =
        RegexLiterals.of(regex).plain().stream().map(HostMatcher::toString).toList();

    assertThat(String.join(", ", texts)).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[^.]+\\.x",
        "([^.]+\\.)?x",
        "[a-z]+\\.x",
        "(.*\\.){0}x",
        "(.*\\.){2}x",
        ".*old\\.net",
        "..*\\.x",
        ".*\\.10",
        ".*\\.x.*",
        "ERP\\.old",
        "erp.old",
        "erp\\.old\\.",
        "(erp|[a-z])\\.old",
        "erp{02}",
        "$erp",
        "\\berp",
        "",
      })
  void takesNothingElseForOne(String regex) {
    assertThat(RegexLiterals.of(regex).plain()).isEmpty();
  }

  @ParameterizedTest(name = "{0} ends with {1}")
  @CsvSource({
    "a[0-9]\\.old\\.net,              .old.net",
    "a\\.old\\.net|b\\.old\\.net,     .old.net",
    "(a|b|[c-e]+)\\.old\\.net$,       .old.net",
    "a\\.old\\.net|b,                 ''",
    "a\\.old\\.net[a-z]*,             ''",
    "(a|b|c|d)(a|b|c|d)(a|b|c|d)\\.x, .x",
  })
  void knowsWhatEveryMatchEndsWith(String regex, String tail) {
    assertThat(RegexLiterals.of(regex).tail()).isEqualTo(tail);
  }

  @Test
  void manyAlternativesKeepWhatTheyAllEndWith() {
    String many = "a1\\.old|".repeat(RegexPieces.MAX_ALTERNATIVES) + "b\\.old";

    assertThat(RegexLiterals.of(many).alternatives())
        .containsExactly(new LiteralSequence(List.of(".old"), false, true, false));
  }

  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource({
    "a.*b,     ab,    true",
    "a.*b,     a-b,   true",
    "a.*b,     ba,    false",
    "aba.*aba, ababa, false",
    "a.*a,     a,     false",
    ".*b.*a.*, ab,    false",
    "abc,      abcd,  false",
  })
  void textsStandOneBehindTheOther(String regex, String host, boolean admitted) {
    assertThat(RegexLiterals.of(regex).admit(host)).isEqualTo(admitted);
  }

  /** 25,000 random expressions, four hosts each: what RE2/J matches is never ruled out. */
  @Test
  @Tag("W07")
  void everyMatchHasWhatIsClaimed() {
    Random random = new Random(20261121);
    int matches = 0;
    int plain = 0;
    for (int i = 0; i < 25_000; i++) {
      RandomRegex expression = RandomRegex.random(random);
      Pattern pattern = Pattern.compile(expression.text());
      RegexLiterals literals = RegexLiterals.of(expression.text());
      plain += literals.plain().isEmpty() ? 0 : 1;
      for (int j = 0; j < 4; j++) {
        String host = j == 0 ? RandomRegex.host(random) : expression.match(random);
        boolean matched = pattern.matches(host);
        matches += matched ? 1 : 0;
        if (matched) {
          assertThat(literals.admit(host)).as("%s admits %s", expression.text(), host).isTrue();
          assertThat(host).as(expression.text()).endsWith(literals.tail());
        }
        if (!literals.plain().isEmpty() && isCanonical(host)) {
          assertThat(matchesOne(literals.plain(), host))
              .as("%s matches %s as %s do", expression.text(), host, literals.plain())
              .isEqualTo(matched);
        }
      }
    }
    assertThat(matches).isGreaterThan(50_000);
    assertThat(plain).isGreaterThan(1_000);
  }

  private static boolean isCanonical(String text) {
    return Host.parse(text) instanceof Parsed.Value(Host host) && host.name().equals(text);
  }

  private static boolean matchesOne(List<HostMatcher> plain, String host) {
    return plain.stream().anyMatch(matcher -> matcher.match(Hosts.host(host)) != null);
  }
}
