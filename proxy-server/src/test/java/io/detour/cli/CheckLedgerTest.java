package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.ops.ledger.Ledger;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.server.account.UseJournal;
import io.detour.server.dns.ScriptedDnsServer;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code check --ledger}: names of rules whose addresses clients asked for. */
@Tag("Q23")
@Timeout(60)
class CheckLedgerTest {
  private static final long LAST =
      Instant.parse("2026-11-20T15:58:30Z").atZone(ZoneId.systemDefault()).toEpochSecond();

  private static final String NETWORK = UseJournal.groupOfZone("10.1.0.0/16");

  private final ScriptedDnsServer dns = ScriptedDnsServer.start();

  @TempDir private Path folder;
  private Path rules = Path.of("");
  private Path configuration = Path.of("");

  @BeforeEach
  void write() throws IOException {
    rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            version: 1
            rules:
              - name: erp
                match: { host: { exact: [erp.old.test, erp-dr.old.test] } }
                action: rewrite
                to: erp.new.test
              - { name: wiki, match: { host: { exact: wiki.old.test } }, action: pass }
              - { name: crm, match: { host: { exact: [crm.old.test, 10.1.0.9] } }, action: pass }
              - { name: zone, match: { host: { suffix: zone.test } }, action: pass }
            tests:
              - { host: erp.old.test, expect: { rule: erp } }
              - { host: wiki.old.test, expect: { rule: wiki } }
              - { host: crm.old.test, expect: { rule: crm } }
              - { host: a.zone.test, expect: { rule: zone } }
            """);
    configuration =
        Files.writeString(
            folder.resolve("detour.yaml"),
            "resolver: { servers: [\"127.0.0.1:" + dns.address().getPort() + "\"] }\n");
    dns.answer("erp.old.test", "10.1.2.3", "2001:db8::7");
    dns.answer("wiki.old.test", "10.1.2.4");
    dns.answer("crm.old.test", "10.1.0.9");
  }

  @AfterEach
  void stop() {
    dns.close();
  }

  private LedgerUrl url() {
    return new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
  }

  private void tell(UseJournal.Use... uses) {
    InstantSource clock = () -> Instant.ofEpochSecond(LAST);
    try (Ledger ledger = Ledger.open(LedgerOptions.defaults().withUrl(url()), clock)) {
      List.of(uses).forEach(ledger::used);
    }
  }

  private static UseJournal.Use use(String group, String host, String client, long second) {
    return new UseJournal.Use(group, host, client, null, null, null, second);
  }

  private void tellAll() {
    tell(
        use(NETWORK, "10.1.2.3", "10.20.0.1", LAST - 90),
        use(NETWORK, "10.1.2.3", "10.20.0.2", LAST),
        use(NETWORK, "10.1.7.7", "10.20.0.2", LAST),
        use("other", "2001:db8::7", "10.20.0.2", LAST - 60),
        use("crm", "10.1.0.9", "10.20.0.2", LAST),
        use("wiki", "wiki.old.test", "10.20.0.2", LAST));
  }

  private CommandRun check(String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-c", configuration.toString(), "--ledger", url().toString()));
    arguments.add(rules.toString());
    return CommandRun.of(new CheckCommand(), arguments.toArray(String[]::new));
  }

  private static String minute(long second) {
    return Instant.ofEpochSecond(second)
        .atZone(ZoneId.systemDefault())
        .toLocalDateTime()
        .toString()
        .replace('T', ' ')
        .substring(0, 16);
  }

  @Test
  void aNameWhoseAddressClientsAskedForIsAWarning() {
    tellAll();

    CommandRun run = check();

    assertThat(run.err().lines())
        .containsExactlyInAnyOrder(
            rules
                + ":3:5: warning: rule \"erp\": erp.old.test has the address 10.1.2.3, which"
                + " clients asked for 2 times, last on "
                + minute(LAST)
                + "; \"safe to remove\" does not cover them",
            rules
                + ":3:5: warning: rule \"erp\": erp.old.test has the address 2001:db8::7, which"
                + " clients asked for once, last on "
                + minute(LAST - 60)
                + "; \"safe to remove\" does not cover them");
    assertThat(run.out())
        .isEqualTo(
            rules + ": 4 rules, 4 tests passed, 2 warnings\n" + "addresses: 4 names, 2 warnings\n");
    assertThat(run.exitCode()).isZero();
    assertThat(check("--strict").exitCode()).isEqualTo(1);
  }

  @Test
  void aNameThatDnsFailsForIsNotCheckedAndOneThatDoesNotExistIs() {
    tellAll();
    dns.fail("erp.old.test", DnsResponseCode.SERVFAIL);
    dns.fail("crm.old.test", DnsResponseCode.NXDOMAIN);

    CommandRun run = check("--strict");

    assertThat(run.out()).contains("addresses: 4 names (1 not resolved), 0 warnings\n");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void jsonHasEachOfThem() {
    tellAll();

    JsonNode json = JsonMapper.builder().build().readTree(check("--json").out());

    assertThat(json.get("warnings").asInt()).isEqualTo(2);
    JsonNode addresses = json.get("addresses");
    assertThat(addresses.get("names").asInt()).isEqualTo(4);
    assertThat(addresses.get("unfinished").asInt()).isZero();
    JsonNode first = addresses.get("findings").get(0);
    assertThat(first.propertyNames())
        .containsExactly(
            "severity",
            "code",
            "rule",
            "file",
            "line",
            "column",
            "legacy_name",
            "address",
            "requests",
            "last_seen",
            "message");
    assertThat(first.get("code").asString()).isEqualTo("asked-by-address");
    assertThat(first.get("legacy_name").asString()).isEqualTo("erp.old.test");
  }

  @Test
  void withoutAddressesInTheLedgerNothingIsResolved() {
    tell(use("wiki", "wiki.old.test", "10.20.0.2", LAST));

    CommandRun run = check("--strict");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).endsWith("addresses: 4 names, 0 warnings\n");
    assertThat(dns.asked()).isEmpty();
  }

  @Test
  void aLedgerThatCannotBeReadIsAProblem() {
    CommandRun run = check();

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("ledger " + url() + ": ").endsWith("there is no such file\n");
  }

  @Test
  void noLedgerIsWrongUsage() {
    CommandRun run = CommandRun.of(new CheckCommand(), "--ledger", "off", rules.toString());

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("--ledger off (expected: a ledger)");
  }
}
