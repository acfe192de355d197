package io.detour.rules.generate;

import static io.detour.rules.generate.Example.host;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.generate.NameRules.NameEffect;
import io.detour.rules.generate.NameRules.NamePattern;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostsFileTest {
  @Test
  void singleNamesHaveTheAddressesOfTheirTargets() {
    Generated hosts =
        HostsFile.of(
            Example.RULES,
            Map.of(
                host("erp.new.example.com"),
                List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1"))));

    assertThat(hosts.text())
        .isEqualTo(
            """
            # made by detour generate hosts from rules.yaml; 9 rules, 7 with notes
            # rule old-zone: a hosts file has no patterns: these names are left alone
            # rule gone: a hosts file has no patterns: these names are left alone
            # rule flat: a hosts file has no patterns: these names are left alone
            # rule numbered: a hosts file has no patterns: these names are left alone
            # rule erp: 192.0.2.10 is an address, which is not looked up
            # rule erp: 2001:db8::10 is an address, which is not looked up
            # rule port: it changes the port, which a name server cannot
            # rule some-clients: only for clients in 10.20.0.0/16
            # rule gone: a hosts file cannot refuse dead.example.com
            # rule flat: the addresses of flat.example.net are not known
            192.0.2.1       erp.old.example.com
            2001:db8::1     erp.old.example.com
            2001:db8::c     six.example.net
            """);
  }

  @Test
  void theFirstRuleThatMatchesANameDecides() {
    NameRules rules =
        Example.rules(
            Example.rule(
                "first", Example.to("{prefix}.new"), NamePattern.suffix(host("old"), false)),
            Example.rule("second", Example.to("192.0.2.2"), Example.exact("a.old")));

    assertThat(
            HostsFile.of(rules, Map.of(host("a.new"), List.of(InetAddress.ofLiteral("192.0.2.1"))))
                .text())
        .endsWith("192.0.2.1       a.old\n");
  }

  @Test
  void namesThatNoRuleMatchesCannotBeRejectedByNameServersAndBrowsers() {
    NameRules allowList = new NameRules("rules.yaml", List.of(), List.of(), true);
    Generated.Note note =
        new Generated.Note("", "names that no rule matches are rejected; here they are left alone");
    assertThat(HostsFile.of(allowList, Map.of()).notes()).containsExactly(note);
    assertThat(DnsmasqConfiguration.of(allowList, Map.of()).notes()).containsExactly(note);
    assertThat(CorednsRewrites.of(allowList).notes()).containsExactly(note);
    assertThat(ChromiumRules.of(allowList).notes()).containsExactly(note);
    assertThat(NginxMap.of(allowList).notes()).isEmpty();
    assertThat(NginxMap.of(allowList).text()).contains("default \"\";");
  }

  @Test
  void whatANoteHoldsStaysInItsComment() {
    NameRules rules =
        new NameRules(
            "a\n192.0.2.1 evil",
            List.of(
                Example.rule(
                    "r", new NameEffect.LeftAlone("b\r\n192.0.2.2 evil ü"), Example.exact("x"))),
            List.of(),
            false);

    assertThat(HostsFile.of(rules, Map.of()).text().lines())
        .containsExactly(
            "# made by detour generate hosts from a\\u000a192.0.2.1 evil; 1 rule, 1 with"
                + " notes",
            "# rule r: b\\u000d\\u000a192.0.2.2 evil \\u00fc");
  }
}
