package io.detour.rules.generate;

import static io.detour.rules.generate.Example.regex;
import static io.detour.rules.generate.Example.rule;
import static io.detour.rules.generate.Example.rules;
import static io.detour.rules.generate.Example.to;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.detour.core.Host;
import io.detour.rules.generate.NameRules.NameEffect.LeftAlone;
import io.detour.rules.generate.NameRules.NameEffect.Pass;
import io.detour.rules.generate.NameRules.NameEffect.Reject;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import io.detour.rules.generate.NameRules.NamePattern;
import java.util.List;
import org.junit.jupiter.api.Test;

/** CoreDNS is in no Debian package: what its plugin documents is followed here line by line. */
class CorednsRewritesTest {
  @Test
  void everyRuleHasItsLinesInOrder() {
    assertThat(CorednsRewrites.of(Example.RULES).text())
        .isEqualTo(
            """
            # made by detour generate coredns from rules.yaml; 9 rules, 4 with notes
            # rule erp: 192.0.2.10 is an address, which is not looked up
            # rule erp: 2001:db8::10 is an address, which is not looked up
            # rule port: it changes the port, which a name server cannot: its names are left alone
            # rule some-clients: only for clients in 10.20.0.0/16
            # rule to-six: its target is an address and no name: its names are left alone
            # Lines for a server block; what is rejected does not exist here.
            rewrite stop name exact sso.old.example.com. sso.old.example.com. answer auto
            rewrite stop name exact erp.old.example.com. erp.new.example.com. answer auto
            rewrite stop name exact p.old.example.com. p.old.example.com. answer auto
            rewrite stop name exact lab.old.example.com. lab.old.example.com. answer auto
            rewrite stop name suffix .old.example.com. .new.example.com. answer auto
            rewrite stop name exact dead.example.com. rejected.invalid. answer auto
            rewrite stop name regex ^(.+)\\.dead\\.example\\.com\\.$ rejected.invalid. answer auto
            rewrite stop name exact six.example.net. six.example.net. answer auto
            rewrite stop name exact old.example.net. flat.example.net. answer auto
            rewrite stop name regex ^(.+)\\.old\\.example\\.net\\.$ flat.example.net. answer auto
            rewrite stop name regex ^(app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net)\\.$ {2}{3}.apps.new.example.com. answer auto
            """);
  }

  @Test
  void randomNamesAreRewrittenAsDetourDoes() {
    for (long seed = 200; seed < 400; seed++) {
      RandomRules random = new RandomRules(seed, true);
      NameRules rules = random.next();
      String text = CorednsRewrites.of(rules).text();
      for (int i = 0; i < 50; i++) {
        Host host = random.host();
        assertThat(rewritten(text, host.name() + "."))
            .as("%s of %s", host, text)
            .isEqualTo(expected(rules, host) + ".");
      }
    }
  }

  private static String expected(NameRules rules, Host host) {
    return switch (RandomRules.decide(rules, host)) {
      case Pass _, LeftAlone _ -> host.name();
      case Reject _ -> "rejected.invalid";
      case Rewrite rewrite -> rewrite.port().isPresent() ? host.name() : rewrite.to().toString();
    };
  }

  /** The first line that matches rewrites. */
  private static String rewritten(String text, String name) {
    for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
      String[] words = line.split(" ", -1);
      assertThat(words).hasSize(8).startsWith("rewrite", "stop", "name").endsWith("answer", "auto");
      String from = words[4];
      String to = words[5];
      switch (words[3]) {
        case "exact" -> {
          if (name.equals(from)) {
            return to;
          }
        }
        case "suffix" -> {
          if (name.endsWith(from)) {
            return name.substring(0, name.length() - from.length()) + to;
          }
        }
        case "regex" -> {
          Matcher matcher = Pattern.compile(from).matcher(name);
          if (matcher.find()) {
            return filled(to, matcher);
          }
        }
        default -> throw new AssertionError(line);
      }
    }
    return name;
  }

  private static String filled(String to, Matcher matcher) {
    String filled = to;
    for (int group = 0; group <= matcher.groupCount(); group++) {
      filled = filled.replace("{" + group + "}", String.valueOf(matcher.group(group)));
    }
    return filled;
  }

  @Test
  void aTemplateBesideThePrefixNeedsAnExpression() {
    NameRules rules =
        rules(
            rule("r", to("{prefix}-x.new"), NamePattern.suffix(Example.host("old"), false)),
            rule("s", to("{0}.new"), regex("a(b)")));
    assertThat(CorednsRewrites.of(rules).text().lines().skip(2))
        .containsExactly(
            "rewrite stop name regex ^(.+)\\.old\\.$ {1}-x.new. answer auto",
            "rewrite stop name regex ^(a(b))\\.$ {1}.new. answer auto");
  }

  @Test
  void anExpressionThatIsNoWordOfACorefileIsNoted() {
    for (String expression : List.of("a b", "a\"b", "ü", "a{$}")) {
      Generated lines = CorednsRewrites.of(rules(rule("r", to("new"), regex(expression))));
      assertThat(lines.notes())
          .containsExactly(
              new Generated.Note(
                  "r",
                  "its regex is no word of a Corefile: the rules behind it decide on its names"));
      assertThat(lines.text()).doesNotContain("rewrite stop");
    }
  }

  @Test
  void anApexThatFillsNoTemplateIsLeftAloneAndNoted() {
    Generated lines =
        CorednsRewrites.of(
            rules(rule("r", to("{prefix}.new"), NamePattern.suffix(Example.host("old"), true))));
    assertThat(lines.notes())
        .containsExactly(new Generated.Note("r", "its target makes no host of old"));
    assertThat(lines.text()).contains("name exact old. old. answer auto\n");
  }
}
