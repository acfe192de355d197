package io.detour.rules.generate;

import static io.detour.rules.generate.Example.exact;
import static io.detour.rules.generate.Example.regex;
import static io.detour.rules.generate.Example.rule;
import static io.detour.rules.generate.Example.rules;
import static io.detour.rules.generate.Example.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.rules.generate.NameRules.NameEffect.LeftAlone;
import io.detour.rules.generate.NameRules.NameEffect.Pass;
import io.detour.rules.generate.NameRules.NameEffect.Reject;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import io.detour.rules.generate.NameRules.NamePattern;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Asks a real nginx what it makes of names. */
@Timeout(120)
class NginxMapTest {
  @TempDir private Path folder;

  @Test
  void nginxLeadsNamesWhereDetourDoes() throws Exception {
    List<Host> hosts = new ArrayList<>();
    for (String host :
        List.of(
            "sso.old.example.com",
            "erp.old.example.com",
            "192.0.2.10",
            "2001:db8::10",
            "p.old.example.com",
            "lab.old.example.com",
            "a.b.old.example.com",
            "old.example.com",
            "bold.example.com",
            "dead.example.com",
            "x.dead.example.com",
            "six.example.net",
            "old.example.net",
            "x.old.example.net",
            "app-crm-07.corp.oldco.net",
            "app-crm-07.corp.oldco.net.evil.org",
            "www.example.org")) {
      hosts.add(Example.host(host));
    }
    assertAgreement(List.of(Example.RULES), List.of(hosts));
  }

  @Test
  void nginxLeadsNamesOfRandomRulesWhereDetourDoes() throws Exception {
    List<NameRules> sets = new ArrayList<>();
    List<List<Host>> hosts = new ArrayList<>();
    for (long seed = 100; seed < 220; seed++) {
      RandomRules random = new RandomRules(seed, true);
      sets.add(random.next());
      List<Host> asked = new ArrayList<>();
      for (int i = 0; i < 25; i++) {
        asked.add(random.host());
      }
      hosts.add(asked);
    }
    assertAgreement(sets, hosts);
  }

  @Test
  void anExpressionDecidesBeforeTheDomainsBehindIt() throws Exception {
    NameRules rules =
        rules(
            rule("template", to("{prefix}.one"), NamePattern.suffix(Example.host("a.old"), false)),
            rule("all", to("two"), NamePattern.suffix(Example.host("old"), false)),
            rule("other", to("three"), NamePattern.suffix(Example.host("net"), false)),
            rule("regex", to("four"), regex("x(.*)")),
            rule("last", to("five"), NamePattern.suffix(Example.host("org"), false)));
    List<Host> hosts =
        List.of(
            Example.host("x.a.old"),
            Example.host("x.b.old"),
            Example.host("x.net"),
            Example.host("x.org"),
            Example.host("y.org"));
    assertAgreement(List.of(rules), List.of(hosts));
    assertThat(NginxMap.of(rules).text()).contains("*.net", "org$\"").doesNotContain("*.old");
  }

  @Test
  void wordsOfTheConfigurationAndLongNamesAreNamesLikeOthers() throws Exception {
    String label = "x".repeat(60);
    String longest = label + "." + label + "." + label + "." + label;
    NameRules rules =
        rules(
            rule(
                "words",
                to("new.example.com"),
                exact("default"),
                exact("include"),
                exact("hostnames"),
                exact("volatile"),
                exact("tango.rn"),
                exact("new.rn"),
                exact(longest)),
            rule("braces", to("b.new"), regex("a{2,3}\\.x")));
    List<Host> hosts =
        List.of(
            Example.host("default"),
            Example.host("include"),
            Example.host("hostnames"),
            Example.host("volatile"),
            Example.host("tango.rn"),
            Example.host("new.rn"),
            Example.host("ango.rn"),
            Example.host("aa.x"),
            Example.host("a.x"),
            Example.host(longest));
    assertAgreement(List.of(rules), List.of(hosts));
  }

  @Test
  void manyNamesFitTheMap() throws Exception {
    List<NamePattern> names = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      names.add(exact("h" + i + ".old.example.com"));
    }
    assertAgreement(
        List.of(rules(rule("many", to("new.example.com"), names))),
        List.of(List.of(Example.host("h19999.old.example.com"), Example.host("h1.example.com"))));
  }

  @Test
  void anExpressionThatNginxDoesNotKnowIsNoted() {
    Generated map = NginxMap.of(rules(rule("r", to("x.new"), regex("(?i)A"))));
    assertThat(map.notes())
        .containsExactly(
            new Generated.Note(
                "r", "not every regex works in nginx: the rules behind it decide on its names"));
    assertThat(map.text())
        .startsWith(
            """
            # made by detour generate nginx-map from rules.yaml; 1 rule, 1 with notes
            # rule r: not every regex works in nginx: the rules behind it decide on its names
            """);
  }

  /** One nginx with a map for each of several rule sets. */
  private void assertAgreement(List<NameRules> sets, List<List<Host>> hosts) throws Exception {
    List<String> maps = sets.stream().map(rules -> NginxMap.of(rules).text()).toList();
    List<Map<Host, String>> answers = RunningNginx.answers(folder, maps, hosts);
    for (int i = 0; i < sets.size(); i++) {
      for (Host host : hosts.get(i)) {
        assertThat(answers.get(i).get(host))
            .as("%s of %s", host, maps.get(i))
            .isEqualTo(expected(sets.get(i), host));
      }
    }
  }

  private static String expected(NameRules rules, Host host) {
    return switch (RandomRules.decide(rules, host)) {
      case Pass _, LeftAlone _ -> host.bracketed();
      case Reject _ -> "";
      case Rewrite rewrite ->
          rewrite.to() + (rewrite.port().isPresent() ? ":" + rewrite.port().getAsInt() : "");
    };
  }
}
