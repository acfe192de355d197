package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExplainCommandTest {
  private static final String RULES = "../rules.example.yaml";

  /** A rule of each kind, with every condition. */
  private static final String ALL =
      """
      version: 1
      defaults: { legacy_suffixes: [.legacy.net], legacy_networks: [10.1.0.0/16] }
      rules:
        - { name: off, match: { host: { suffix: old.net } }, action: pass, mode: off }
        - { name: gone, match: { host: { suffix: old.net } }, action: pass, expires: 2026-01-31, on_expiry: disable }
        - { name: port, match: { host: { suffix: old.net }, port: [80, 8000-8099] }, action: pass }
        - { name: client, match: { host: { suffix: old.net }, client: 10.20.0.0/16 }, action: reject, message: not you }
        - { name: user, match: { host: { suffix: old.net }, user: [anna, ben] }, action: reject }
        - { name: nobody, match: { host: { suffix: old.net } }, action: pass, rollout: { percent: 0, sticky: client } }
        - name: erp
          owner: netops
          ticket: NET-4711
          reason: ERP moved in wave 2
          match: { host: { exact: erp.old.net } }
          action: rewrite
          targets:
            - { to: erp.new.net }
            - { to: localhost, port: 8443, allow: [loopback] }
            - { to: original, via: dc }
          fallback_on: [connection_refused, dns_error]
          expires: 2027-03-31
          on_expiry: reject
        - name: wiki
          match: { host: { exact: wiki.old.net } }
          action: rewrite
          when: on_failure
          to: wiki.new.net
          mode: report
          brownout: { cron: "0 10 * * 2", for: 15m }
        - { name: zone, match: { host: { suffix: old.net } }, action: rewrite, to: "{prefix}.new.net" }
      """;

  @TempDir private Path folder;

  @Test
  void showsTheRulesPassedOverTheMatchAndWhereItLeads() {
    CommandRun run = explain("APP-crm-07.corp.oldco.net.:8443");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().replaceAll("yaml:[0-9]+", "yaml:N"))
        .isEqualTo(
            """
            written "APP-crm-07.corp.oldco.net.:8443"
            asked   app-crm-07.corp.oldco.net:8443
            not     keep-sso (../rules.example.yaml:N): host does not match exact sso.old.example.com
            not     erp (../rules.example.yaml:N): host does not match exact erp.old.example.com, exact erp-dr.old.example.com
            not     build-farm (../rules.example.yaml:N): host does not match exact build.old.example.com
            not     files (../rules.example.yaml:N): host does not match exact files.corp.oldco.net
            not     old-zone (../rules.example.yaml:N): host does not match suffix .old.example.com
            match   numbered-hosts (../rules.example.yaml:N): host matches regex app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net
            found   {0} = app-crm-07.corp.oldco.net, {1} = crm, {2} = 07
            mode    enforce
            target  crm07.apps.new.example.com:8443
            result  tunnel to crm07.apps.new.example.com:8443
            """);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "sso.old.example.com  | result  tunnel to sso.old.example.com:443, the asked host",
        "www.example.com      | result  tunnel to www.example.com:443, the asked host",
        "www.example.com      | match   no rule",
        "www.example.com      | asked   www.example.com:443",
        "erp.old.example.com  | result  tunnel to erp.new.example.com:443",
        "a.b.old.example.com  | found   {prefix} = a.b",
        "dead.example.com     | found   {prefix} = (empty)",
        "dead.example.com     | result  403 Forbidden: this service was switched off, see the wiki",
        "[2001:DB8::1]:80     | asked   [2001:db8::1]:80",
      })
  void saysHowItEnds(String host, String line) {
    assertThat(explain(host).out().lines()).contains(line);
  }

  @Test
  void everyConditionAndEveryFactOfARuleIsSaid() throws IOException {
    CommandRun run =
        explainAll(
            "erp.old.net:443", "--client", "192.0.2.7", "--user", "carl", "--at", "2027-03-30");

    assertThat(run.exitCode()).isZero();
    assertThat(lines(run).filter(line -> !line.startsWith("time    ")))
        .containsExactly(
            "asked   erp.old.net:443",
            "client  192.0.2.7, user \"carl\"",
            "not     off (F:4): mode is off",
            "not     gone (F:5): expired, its last day was 2026-01-31",
            "not     port (F:6): port 443 is not 80, 8000-8099",
            "not     client (F:7): client 192.0.2.7 is not in 10.20.0.0/16",
            "not     user (F:8): user \"carl\" is not \"anna\", \"ben\"",
            "not     nobody (F:9): client 192.0.2.7 is not in the rollout of 0 %",
            "match   erp (F:10): host matches exact erp.old.net",
            "owner   netops",
            "ticket  NET-4711",
            "reason  ERP moved in wave 2",
            "mode    enforce",
            "expires 2027-03-31, 1 day left; then it answers 403 (reject)",
            "target  1: erp.new.net:443",
            "target  2: localhost:8443, allowed to be loopback",
            "target  3: erp.old.net:443 via dc (no parent of this name is known here)",
            "next    after dns_error, connection_refused",
            "result  tunnel to erp.new.net:443, or to the next target that answers");
    assertThat(run.out()).contains("\ntime    2027-03-30T00:00");
  }

  @Test
  void whatAReportModeWouldDoIsSaidBesideWhatHappens() throws IOException {
    CommandRun run = explainAll("wiki.old.net", "--at", "2027-03-01");

    assertThat(lines(run).dropWhile(line -> !line.startsWith("match")))
        .containsExactly(
            "match   wiki (F:23): host matches exact wiki.old.net",
            "mode    report: the rule changes nothing, the log says what it would have done",
            "pauses  brownout at 0 10 * * 2 for 15m, not now",
            "target  1: wiki.old.net:443, the asked host",
            "target  2: wiki.new.net:443",
            "next    after any failure to resolve or to connect",
            "result  tunnel to wiki.old.net:443, the asked host",
            "would   tunnel to wiki.old.net:443, the asked host, or to the next target that"
                + " answers");
  }

  @Test
  void aTimeDecidesAboutExpiryAndBrownout() throws IOException {
    CommandRun brownout = explainAll("wiki.old.net", "--at", "2027-03-02T10:05");
    CommandRun over = explainAll("erp.old.net", "--at", "2027-04-02");

    assertThat(lines(brownout))
        .contains("pauses  brownout at 0 10 * * 2 for 15m: now")
        .anyMatch(
            line ->
                line.startsWith(
                    "would   503 Service Unavailable: this name is going away and is switched off"
                        + " for a while by rule \"wiki\", until 2027-03-02T10:15"));
    assertThat(lines(over))
        .contains(
            "expires 2027-03-31, 2 days ago; it answers 403 (reject)",
            "result  403 Forbidden: rule \"erp\" has expired");
  }

  @Test
  void aLegacyNameWithoutARuleIsSaidToBeOne() throws IOException {
    assertThat(lines(explainAll("a.legacy.net")))
        .contains(
            "match   no rule",
            "legacy  .legacy.net is a legacy suffix: the request is logged and counted");
    assertThat(lines(explainAll("10.1.2.3")))
        .contains(
            "match   no rule",
            "legacy  10.1.0.0/16 is a legacy network: the request is logged and counted");
  }

  @Test
  void ofManyRulesThoseWhoseHostMatchesAreShownAndTheOthersCounted() throws IOException {
    StringBuilder text = new StringBuilder("version: 1\nrules:\n");
    for (int i = 0; i < 5_000; i++) {
      text.append(
          "  - { name: r%d, match: { host: { exact: h%d.net } }, action: pass }\n".formatted(i, i));
    }
    text.append("  - { name: near, match: { host: { exact: x.net }, port: 80 }, action: pass }\n");
    Path rules = Files.writeString(folder.resolve("many.yaml"), text);

    CommandRun run = run("x.net", "--rules", rules);

    assertThat(run.out().lines()).hasSizeLessThan(20);
    assertThat(run.out())
        .contains("not     near (" + rules + ":5003): port 443 is not 80\n")
        .contains("not     4990 more, whose host does not match (all of them: --json)\n");
    assertThat(json(run("x.net", "--json", "--rules", rules)).get("passed_over")).hasSize(5_001);
  }

  @Test
  @Tag("W03")
  void aTemplateThatMakesNoHostIsSaidPlainly() throws IOException {
    CommandRun text = explainAll("old.net", "--tls");

    assertThat(text.exitCode()).isZero();
    assertThat(lines(text))
        .contains(
            "target  none, so nothing was tried out",
            "result  502 Bad Gateway: target \"{prefix}.new.net\" made no valid host: host has an"
                + " empty label");
    JsonNode json = json(explainAll("old.net", "--json"));
    assertThat(json.get("decision").asString()).isEqualTo("invalid");
    assertThat(json.get("result"))
        .hasToString(
            "{\"kind\":\"refusal\",\"status\":502,\"error\":\"proxy_configuration_error\","
                + "\"message\":\"target \\\"{prefix}.new.net\\\" made no valid host: host has an"
                + " empty label\",\"retry_after_seconds\":null}");
  }

  @Test
  void jsonHasTheSameFacts() throws IOException {
    JsonNode json =
        json(explainAll("ERP.old.net", "--client", "192.0.2.7", "--at", "2027-03-30", "--json"));

    assertThat(json.propertyNames())
        .containsExactly(
            "written",
            "asked",
            "host",
            "port",
            "client",
            "user",
            "time",
            "passed_over",
            "match",
            "legacy_suffix",
            "legacy_network",
            "decision",
            "targets",
            "fallback_on",
            "when",
            "result",
            "plain_http",
            "would_be",
            "now",
            "probes_good");
    assertThat(json.get("written").asString()).isEqualTo("ERP.old.net");
    assertThat(json.get("asked").asString()).isEqualTo("erp.old.net:443");
    assertThat(json.at("/passed_over/3").toString().replace(folder + "/", ""))
        .isEqualTo(
            "{\"rule\":\"client\",\"at\":\"all.yaml:7\",\"obstacle\":\"client\",\"reason\":"
                + "\"client 192.0.2.7 is not in 10.20.0.0/16\"}");
    assertThat(json.get("match").toString().replace(folder + "/", ""))
        .isEqualTo(
            "{\"rule\":\"erp\",\"at\":\"all.yaml:10\",\"matcher\":\"exact erp.old.net\","
                + "\"captures\":{},\"mode\":\"enforce\",\"owner\":\"netops\",\"ticket\":"
                + "\"NET-4711\",\"reason\":\"ERP moved in wave 2\",\"expiry\":{\"last_day\":"
                + "\"2027-03-31\",\"days_left\":1,\"on_expiry\":\"reject\"},"
                + "\"rollout_percent\":100,\"brownout\":null}");
    assertThat(json.at("/targets/1"))
        .hasToString(
            "{\"target\":1,\"address\":\"localhost:8443\",\"via\":null,\"allow\":[\"loopback\"],"
                + "\"probe\":null}");
    assertThat(json.at("/targets/2/via").asString()).isEqualTo("dc");
    assertThat(json.get("fallback_on")).hasToString("[\"dns_error\",\"connection_refused\"]");
    assertThat(json.get("when").asString()).isEqualTo("always");
    assertThat(json.get("result")).hasToString("{\"kind\":\"tunnel\",\"to\":\"erp.new.net:443\"}");
    assertThat(json.get("would_be").isNull()).isTrue();
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "www.example.com    | unmatched | {\"kind\":\"tunnel\",\"to\":\"www.example.com:443\"}",
        "sso.old.example.com | pass     | {\"kind\":\"tunnel\",\"to\":\"sso.old.example.com:443\"}",
        "a.dead.example.com | reject    | {\"kind\":\"refusal\",\"status\":403,\"error\":"
            + "\"http_request_denied\",\"message\":\"this service was switched off, see the"
            + " wiki\",\"retry_after_seconds\":null}",
      })
  void jsonSaysHowItEnds(String host, String decision, String result) {
    JsonNode json = json(explain(host, "--json"));

    assertThat(json.get("decision").asString()).isEqualTo(decision);
    assertThat(json.get("result")).hasToString(result);
  }

  @ParameterizedTest(name = "A04: {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a b           | \"a b\" is not HOST or HOST:PORT: host has a character that is not a"
            + " letter, digit, hyphen, underscore or dot.",
        "h:            | \"h:\" is not HOST or HOST:PORT: port is not a number from 1 to 65535.",
        "h:99999       | \"h:99999\" is not HOST or HOST:PORT: port is not a number from 1 to"
            + " 65535.",
        "''            | \"\" is not HOST or HOST:PORT: host is empty.",
        "'h\r\nx\u001b[2J' | \"h\\u000d\\u000ax\\u001b[2J\" is not HOST or HOST:PORT: host has a"
            + " character that is not a letter, digit, hyphen, underscore or dot.",
        "\"><script>   | \"\\\"><script>\" is not HOST or HOST:PORT: host has a character that is"
            + " not a letter, digit, hyphen, underscore or dot.",
      })
  void anArgumentThatIsNoHostIsRefusedInOneSentence(String host, String sentence) {
    CommandRun run = explain(host);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).isEqualTo(sentence + '\n');
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest(name = "A04 C11: {0}")
  @ValueSource(strings = {"2130706433", "0x7f.1", "127.1", "[::1", "u@h"})
  void otherSpellingsAreRefusedToo(String host) {
    assertThat(explain(host).exitCode()).isEqualTo(2);
  }

  @ParameterizedTest(name = "A04: {0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--client | 10.0.0.0/8          | \"10.0.0.0/8\" (expected: an IP address)",
        "--client | 'x\r\n\u001b[2J'    | \"x\\u000d\\u000a\\u001b[2J\" (expected: an IP address)",
        "--at     | tomorrow            | \"tomorrow\" (expected: a day like 2027-03-31, or"
            + " 2027-03-31T10:05)",
        "--at     | +999999999-12-31    | \"+999999999-12-31\" (expected: a day like 2027-03-31,"
            + " or 2027-03-31T10:05)",
      })
  void optionsThatSayNothingAreWrongUsage(String option, String value, String message) {
    CommandRun run = explain("h", option, value);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err().lines().findFirst().orElseThrow()).endsWith(message);
  }

  @Test
  @Tag("A04")
  void hostileTextsAreEscapedInBothForms() {
    String hostile = "a\r\n\u001b[2J\u202e\"<script>";

    CommandRun text = explain("h", "--user", hostile);
    CommandRun json = explain("h", "--user", hostile, "--json");

    assertThat(text.out().lines()).allMatch(line -> line.matches("[\\x20-\\x7e]+"));
    assertThat(text.out())
        .contains("client  user \"a\\u000d\\u000a\\u001b[2J\\u202e\\\"<script>\"\n");
    assertThat(json.out()).matches("[\\x20-\\x7e]+\n");
    assertThat(json(json).get("user").asString()).isEqualTo(hostile);
  }

  @Test
  void aLongArgumentIsCut() {
    assertThat(explain("a".repeat(100_000)).err())
        .isEqualTo(
            "\""
                + "a".repeat(300)
                + "...\" is not HOST or HOST:PORT: host is longer than 253 characters.\n");
  }

  @Test
  void problemsOfTheRuleFilesAreReported() {
    CommandRun run = run("h", "--rules", RULES, "--rules", folder + "/none.yaml");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualTo(folder + "/none.yaml: cannot be read: there is no such file\n");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void rulesThatRunWouldRefuseAreExplained() throws IOException {
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            version: 1
            rules: [{ name: a, match: { host: { exact: a } }, action: rewrite, to: a }]
            tests: [{ host: a, expect: { action: reject } }]
            """);

    assertThat(run("a", "--rules", rules).out()).contains("result  tunnel to a:443\n");
  }

  @Test
  void theConfigurationSaysWhereTheRulesAreAndWhoTheParentsAre() throws IOException {
    Files.writeString(folder.resolve("all.yaml"), ALL);
    Path config =
        Files.writeString(
            folder.resolve("detour.yaml"),
            "rules: [all.yaml]\nparents: { dc: 'http://user:secret@proxy.dc.net:3128' }\n");
    Path bad = Files.writeString(folder.resolve("bad.yaml"), "rulez: []\n");

    assertThat(run("erp.old.net", "-c", config, "--at", "2027-01-01").out())
        .contains("target  3: erp.old.net:443 via dc (http://***@proxy.dc.net:3128)\n")
        .doesNotContain("secret");
    assertThat(run("erp.old.example.com", "-c", config, "--rules", RULES).out())
        .contains("result  tunnel to erp.new.example.com:443\n");
    assertThat(run("h", "-c", bad).exitCode()).isEqualTo(1);
    assertThat(run("h", "-c", bad).err()).contains("unknown key \"rulez\"");
  }

  @Test
  @Tag("W10")
  void aPortThatTunnelsMustNotLeadToIsTheResult() throws IOException {
    String denied =
        "result  403 Forbidden: tunnels to port %d are not allowed (access.connect_ports: %s)";
    Path config =
        Files.writeString(
            folder.resolve("detour.yaml"),
            "access: { connect_ports: [443, 5432], forward_ports: [80] }\n");
    Path rules = Path.of(RULES);

    assertThat(explain("erp.old.example.com:5432").out().lines())
        .contains(
            "target  erp.new.example.com:5432",
            denied.formatted(5432, "80, 443, 8443"),
            "http    plain HTTP request to erp.new.example.com:5432");
    assertThat(explain("dead.example.com:5432").out().lines())
        .contains("result  403 Forbidden: this service was switched off, see the wiki")
        .noneMatch(line -> line.startsWith("http"));
    assertThat(run("erp.old.example.com:5432", "-c", config, "--rules", rules).out().lines())
        .contains("result  tunnel to erp.new.example.com:5432");
    assertThat(run("erp.old.example.com:22", "-c", config, "--rules", rules).out().lines())
        .contains(denied.formatted(22, "443, 5432"))
        .noneMatch(line -> line.startsWith("http"));
    JsonNode json = json(explain("erp.old.example.com:5432", "--json"));
    assertThat(json.at("/result/status").asInt()).isEqualTo(403);
    assertThat(json.get("plain_http"))
        .hasToString("{\"kind\":\"request\",\"to\":\"erp.new.example.com:5432\"}");
    assertThat(json.get("decision").asString()).isEqualTo("rewrite");
  }

  @Test
  @Tag("W10")
  void anAddressThatIsNotAllowedIsTheResult() throws IOException {
    String denied =
        "result  403 Forbidden: the target's address is not allowed: loopback is denied by"
            + " access.destinations; a target may allow it: targets: [{ to: ..., allow: [loopback]"
            + " }]";
    Path config =
        Files.writeString(
            folder.resolve("detour.yaml"), "access: { destinations: { deny: [] } }\n");
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            version: 1
            rules:
              - { name: a, match: { host: { exact: a } }, action: rewrite, to: 127.0.0.1 }
              - name: b
                match: { host: { exact: b } }
                action: rewrite
                targets: [{ to: 127.0.0.1, allow: [loopback] }]
              - name: c
                match: { host: { exact: c } }
                action: rewrite
                targets: [{ to: 127.0.0.1 }, { to: d }]
            """);

    assertThat(explain("169.254.169.254").out().lines())
        .contains(denied.replace("loopback", "metadata"));
    assertThat(run("a", "--rules", rules).out().lines()).contains(denied);
    assertThat(run("c", "--rules", rules).out().lines()).contains(denied);
    assertThat(run("b", "--rules", rules).out().lines())
        .contains("result  tunnel to 127.0.0.1:443, allowed to be loopback");
    assertThat(run("a", "-c", config, "--rules", rules).out().lines())
        .contains("result  tunnel to 127.0.0.1:443");
  }

  @Test
  @Tag("W10")
  void aClientThatIsNotAdmittedIsRefusedWhateverTheRulesSay() throws IOException {
    Path config =
        Files.writeString(folder.resolve("detour.yaml"), "access: { clients: [10.0.0.0/8] }\n");
    String refused =
        "result  403 Forbidden: this client's address may not use the proxy (access.clients)";

    assertThat(run("h", "-c", config, "--client", "192.0.2.1").out().lines()).contains(refused);
    assertThat(run("h", "-c", config, "--client", "10.1.2.3").out().lines())
        .contains("result  tunnel to h:443, the asked host");
    assertThat(run("h", "-c", config).out().lines())
        .contains("result  tunnel to h:443, the asked host");
  }

  @Test
  void withoutRulesThereAreNone() {
    CommandRun run = run("h");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .isEqualTo("detour explain: there is no rules.yaml here, so there are no rules\n");
    assertThat(run.out()).endsWith("result  tunnel to h:443, the asked host\n");
  }

  @Test
  void aMissingArgumentIsWrongUsage() {
    assertThat(run().exitCode()).isEqualTo(2);
  }

  private CommandRun explainAll(String host, String... more) throws IOException {
    Path rules = Files.writeString(folder.resolve("all.yaml"), ALL);
    return explain(host, rules, more);
  }

  private Stream<String> lines(CommandRun run) {
    return run.out().replace(folder + "/all.yaml", "F").lines();
  }

  private static CommandRun explain(String host, String... more) {
    return explain(host, Path.of(RULES), more);
  }

  private static CommandRun explain(String host, Path rules, String... more) {
    Object[] arguments = new Object[more.length + 3];
    arguments[0] = host;
    arguments[1] = "--rules";
    arguments[2] = rules;
    System.arraycopy(more, 0, arguments, 3, more.length);
    return run(arguments);
  }

  private static CommandRun run(Object... arguments) {
    String[] texts = new String[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      texts[i] = arguments[i].toString();
    }
    return CommandRun.of(new ExplainCommand(), texts);
  }

  private static JsonNode json(CommandRun run) {
    assertThat(run.out()).hasLineCount(1);
    return JsonMapper.builder().build().readTree(run.out());
  }
}
