package io.detour.rules.generate;

import static io.detour.rules.generate.Example.exact;
import static io.detour.rules.generate.Example.regex;
import static io.detour.rules.generate.Example.rule;
import static io.detour.rules.generate.Example.rules;
import static io.detour.rules.generate.Example.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.rules.generate.NameRules.NamePattern;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the file in a JavaScript engine, as browsers do. */
@Tag("A06")
class PacFileTest {
  private static final PacOptions PROXY =
      new PacOptions(List.of(proxy("127.0.0.1:3128")), List.of());
  private static final String TO_PROXY = "PROXY 127.0.0.1:3128";
  private static final String DIRECT = "DIRECT";

  @TempDir private Path folder;

  @Test
  void namesOfRulesGoToTheProxyAndAllOthersDirectly() throws Exception {
    List<String> asked =
        List.of(
            "erp.old.example.com",
            "ERP.Old.Example.com.",
            "sso.old.example.com",
            "a.b.old.example.com",
            "dead.example.com",
            "x.dead.example.com",
            "192.0.2.10",
            "2001:db8::10",
            "[2001:db8::10]",
            "app-crm-07.corp.oldco.net");
    assertThat(answers(Example.RULES, asked)).containsOnly(TO_PROXY);
    List<String> others =
        List.of(
            "old.example.com",
            "bold.example.com",
            "old.example.com.evil.org",
            "192.0.2.1",
            "2001:db8::1",
            "my-app-crm-07.corp.oldco.net",
            "app-crm-07.corp.oldco.net.evil.org",
            "constructor",
            "__proto__",
            "localhost");
    assertThat(answers(Example.RULES, others)).containsOnly(DIRECT);
  }

  @Test
  void randomNamesGoWhereARuleIsForThem() throws Exception {
    List<Host> hosts = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    List<String> got = new ArrayList<>();
    for (long seed = 0; seed < 8; seed++) {
      RandomRules random = new RandomRules(seed, true);
      NameRules rules = random.next();
      List<Host> asked = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        asked.add(random.host());
      }
      got.addAll(answers(rules, asked.stream().map(Host::name).toList()));
      hosts.addAll(asked);
      asked.forEach(host -> expected.add(isForARule(rules, host) ? TO_PROXY : DIRECT));
    }
    assertThat(hosts).hasSize(800);
    assertThat(got).isEqualTo(expected).contains(TO_PROXY, DIRECT);
  }

  private static boolean isForARule(NameRules rules, Host host) {
    return rules.rules().stream()
        .flatMap(rule -> rule.patterns().stream())
        .anyMatch(pattern -> pattern.match(host) != null);
  }

  @Test
  void withAndWithoutTls() throws Exception {
    List<PacEngine.Question> questions =
        List.of(
            new PacEngine.Question("https://erp.old.example.com/", "erp.old.example.com"),
            new PacEngine.Question("wss://erp.old.example.com/", "erp.old.example.com"),
            new PacEngine.Question("HTTP://erp.old.example.com/", "erp.old.example.com"),
            new PacEngine.Question("ws://erp.old.example.com/", "erp.old.example.com"),
            new PacEngine.Question("ftp://erp.old.example.com/", "erp.old.example.com"));
    assertThat(run(PacFile.of(Example.RULES, PROXY), questions))
        .containsExactly(TO_PROXY, TO_PROXY, TO_PROXY, TO_PROXY, DIRECT);
  }

  @Test
  @DisplayName("Q26: several proxies are named in order, with TLS or without")
  void severalProxiesAreTriedInOrder() throws Exception {
    PacOptions several =
        new PacOptions(
            List.of(proxy("HTTPS Proxy-A.example.com:3129"), proxy("PROXY [2001:db8::1]:3128")),
            List.of());
    assertThat(
            run(
                PacFile.of(Example.RULES, several),
                List.of(
                    PacEngine.Question.https("erp.old.example.com"),
                    PacEngine.Question.https("www.example.org"))))
        .containsExactly("HTTPS proxy-a.example.com:3129; PROXY [2001:db8::1]:3128", DIRECT);
  }

  @Test
  @DisplayName("Q26: all other names go where they are said to go")
  void allOtherNamesGoWhereTheyAreSaidToGo() throws Exception {
    PacOptions corporate =
        new PacOptions(
            List.of(proxy("127.0.0.1:3128")),
            List.of(proxy("a.example:8080"), proxy("b.example:8080")));
    String others = "PROXY a.example:8080; PROXY b.example:8080";
    assertThat(
            run(
                PacFile.of(Example.RULES, corporate),
                List.of(
                    PacEngine.Question.https("erp.old.example.com"),
                    PacEngine.Question.https("www.example.org"),
                    new PacEngine.Question("ftp://erp.old.example.com/", "erp.old.example.com"))))
        .containsExactly(TO_PROXY, others, others);
  }

  @Test
  @DisplayName("Q26: names with a legacy suffix go to the proxy, with a rule or without")
  void legacyNamesWithoutARuleGoToTheProxy() throws Exception {
    NameRules rules =
        new NameRules(
            "rules.yaml",
            List.of(),
            List.of(
                new NamePattern.Below(Example.host("old.example.com")),
                new NamePattern.Exact(Example.host("oldco.net")),
                new NamePattern.Below(Example.host("oldco.net"))),
            false);
    assertThat(
            answers(
                rules,
                List.of(
                    "a.old.example.com",
                    "a.b.old.example.com",
                    "old.example.com",
                    "oldco.net",
                    "x.oldco.net",
                    "xoldco.net")))
        .containsExactly(TO_PROXY, TO_PROXY, DIRECT, TO_PROXY, TO_PROXY, DIRECT);
  }

  private static PacProxy proxy(String text) {
    return PacProxy.parse(text).orElseThrow();
  }

  @Test
  void whatCannotBeTranslatedGoesToTheProxyByItsDomain() throws Exception {
    NameRules rules = rules(rule("r", to("x.new"), regex("(?i)(A+)+\\.old\\.net")));
    Generated pac = PacFile.of(rules, PROXY);

    assertThat(pac.notes())
        .containsExactly(
            new Generated.Note(
                "r",
                "not every regex works in a browser: all names below old.net go to the proxy"));
    assertThat(answers(rules, List.of("aa.old.net", "b.old.net", "old.net", "x.net")))
        .containsExactly(TO_PROXY, TO_PROXY, DIRECT, DIRECT);
  }

  @Test
  void whatCannotBeDecidedGoesToTheProxyAltogether() throws Exception {
    NameRules undecidable = rules(rule("r", to("x.new"), regex("(a|b)+")));
    assertThat(answers(undecidable, List.of("c", "www.example.org"))).containsOnly(TO_PROXY);
    assertThat(PacFile.of(undecidable, PROXY).notes()).hasSize(1);

    NameRules allowList = new NameRules("rules.yaml", List.of(), List.of(), true);
    assertThat(answers(allowList, List.of("www.example.org"))).containsOnly(TO_PROXY);
  }

  @Test
  @DisplayName("A06 nothing breaks out of the script")
  void nothingBreaksOutOfTheScript() throws Exception {
    NameRules rules =
        new NameRules(
            "rules\n</script>\u2028alert(1)//.yaml",
            List.of(
                rule("r", to("x.new"), exact("__proto__"), exact("constructor"), regex("a\\.b"))),
            List.of(),
            false);
    String text = PacFile.of(rules, PROXY).text();

    assertThat(text).matches("[\\x20-\\x7e\\n]+").doesNotContain("\nalert");
    assertThat(answers(rules, List.of("__proto__", "constructor", "toString", "a")))
        .containsExactly(TO_PROXY, TO_PROXY, DIRECT, DIRECT);
  }

  @Test
  void theHeadSaysWhereItComesFrom() {
    assertThat(PacFile.of(Example.RULES, PROXY).text())
        .startsWith(
            """
            // made by detour generate pac from rules.yaml; 9 rules, 0 with notes
            var proxy = "PROXY 127.0.0.1:3128";
            """);
  }

  @Test
  void tenThousandNamesAreLookedUpOneByOne() throws Exception {
    List<NamePattern> names = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      names.add(exact("h" + i + ".old.example.com"));
    }
    NameRules rules = rules(rule("many", to("new.example.com"), names));
    assertThat(answers(rules, List.of("h9999.old.example.com", "h10000.old.example.com")))
        .containsExactly(TO_PROXY, DIRECT);
  }

  private List<String> answers(NameRules rules, List<String> hosts) throws Exception {
    return run(PacFile.of(rules, PROXY), hosts.stream().map(PacEngine.Question::https).toList());
  }

  private List<String> run(Generated pac, List<PacEngine.Question> questions) throws Exception {
    return PacEngine.answers(folder, pac.text(), questions);
  }
}
