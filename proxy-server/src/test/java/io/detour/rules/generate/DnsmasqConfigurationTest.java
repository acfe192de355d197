package io.detour.rules.generate;

import static io.detour.rules.generate.Example.host;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.Tool;
import io.detour.core.Host;
import io.detour.rules.generate.NameRules.NameEffect.LeftAlone;
import io.detour.rules.generate.NameRules.NameEffect.Pass;
import io.detour.rules.generate.NameRules.NameEffect.Reject;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Asks a real dnsmasq what it makes of names. */
@Timeout(120)
class DnsmasqConfigurationTest {
  private static final String LEFT_ALONE = RunningDnsmasq.LEFT_ALONE;
  private static final String NOWHERE = RunningDnsmasq.NOWHERE;

  @TempDir private Path folder;

  @Test
  void theExampleIsWrittenAndAccepted() throws Exception {
    Generated generated =
        DnsmasqConfiguration.of(
            Example.RULES,
            Map.of(
                host("erp.new.example.com"),
                List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1")),
                host("flat.example.net"),
                List.of(InetAddress.ofLiteral("192.0.2.2"))));

    assertThat(generated.text())
        .isEqualTo(
            """
            # made by detour generate dnsmasq from rules.yaml; 9 rules, 5 with notes
            # rule old-zone: its target depends on the name: its names are left alone
            # rule numbered: a regex: the rules behind it decide on its names
            # rule erp: 192.0.2.10 is an address, which is not looked up
            # rule erp: 2001:db8::10 is an address, which is not looked up
            # rule port: it changes the port, which a name server cannot: its names are left alone
            # rule some-clients: only for clients in 10.20.0.0/16
            # For an address family that a target lacks, dnsmasq asks upstream.
            address=/dead.example.com/
            address=/old.example.net/192.0.2.2
            host-record=erp.old.example.com,192.0.2.1
            host-record=erp.old.example.com,2001:db8::1
            host-record=six.example.net,2001:db8::c
            """);
    Path file = Files.writeString(folder.resolve("test.conf"), generated.text());
    assertThat(
            Tool.ofPackage("dnsmasq", "dnsmasq-base").run(folder, "--test", "-C", file.toString()))
        .contains("syntax check OK");
  }

  @Test
  void randomNamesNeverGetTheAddressOfAWrongHost() throws Exception {
    int right = 0;
    for (long seed = 0; seed < 25; seed++) {
      RandomRules random = new RandomRules(seed, false);
      NameRules rules = random.next();
      List<Host> hosts = new ArrayList<>();
      for (int i = 0; i < 25; i++) {
        hosts.add(random.host());
      }
      right += agreement(rules, hosts);
    }
    assertThat(right).isGreaterThan(80);
  }

  /** How many names are answered by dnsmasq as by Detour, those that are left alone not counted. */
  private int agreement(NameRules rules, List<Host> hosts) throws Exception {
    Map<Host, List<InetAddress>> addresses = new HashMap<>();
    for (int i = 0; i < rules.rules().size(); i++) {
      addresses.put(host("rule-" + i + ".new"), List.of(InetAddress.ofLiteral("192.0.2." + i)));
      // What a template makes of a single name.
      for (Host exact : new NameTable(rules).exactHosts()) {
        addresses.put(
            host(exact + ".rule-" + i + ".new"), List.of(InetAddress.ofLiteral("198.51.100." + i)));
      }
    }
    Generated generated = DnsmasqConfiguration.of(rules, addresses);
    Map<Host, String> answers = RunningDnsmasq.answers(folder, generated.text(), hosts);
    int right = 0;
    for (Host host : hosts) {
      String expected = expected(rules, host, addresses);
      String got = answers.get(host);
      right += expected.equals(got) && !expected.equals(LEFT_ALONE) ? 1 : 0;
      if (!expected.equals(got)) {
        assertThat(List.of(LEFT_ALONE, NOWHERE))
            .as("%s of %s", host, generated.text())
            .contains(got);
        assertThat(generated.notes()).as("%s of %s", host, generated.text()).isNotEmpty();
      }
    }
    return right;
  }

  private static String expected(NameRules rules, Host host, Map<Host, List<InetAddress>> known) {
    return switch (RandomRules.decide(rules, host)) {
      case Pass _, LeftAlone _ -> LEFT_ALONE;
      case Reject _ -> NOWHERE;
      case Rewrite rewrite -> {
        List<InetAddress> addresses = known.get(rewrite.constant());
        yield rewrite.port().isPresent() || addresses == null
            ? LEFT_ALONE
            : addresses.getFirst().getHostAddress();
      }
    };
  }
}
