package io.detour.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReplayCommandTest {
  private static final String LOG =
      """
      2026-11-20T08:00:00.000Z WARN  decision client=10.20.1.9 requested=erp.old.example.com:443 rule=erp \
      action=rewrite mode=enforce target=erp.new.example.com:443 attempts=1
      2026-11-20T09:30:00.000Z WARN  decision client=10.20.1.10 requested=erp.old.example.com:443 rule=erp \
      action=rewrite mode=enforce target=erp.new.example.com:443 attempts=1
      2026-11-20T09:31:00.000Z INFO  decision client=10.20.1.9 requested=wiki.old.example.com:443 rule=old-zone \
      action=rewrite mode=enforce target=wiki.new.example.com:443 attempts=1
      2026-11-20T09:32:00.000Z INFO  decision client=10.20.1.9 requested=x.corp.oldco.net:443 suffix=corp.oldco.net
      """;
  private static final String RULES =
      """
      version: 1
      rules:
        - name: erp
          match: { host: { exact: erp.old.example.com } }
          action: rewrite
          targets: [{ to: erp2.new.example.com }, { to: erp-dr.new.example.com, port: 8443 }]
        - name: zone
          match: { host: { suffix: old.example.com } }
          action: rewrite
          to: "{prefix}.new.example.com"
      """;

  @TempDir private Path folder;

  private CommandRun replay(String stdin, String... arguments) {
    return CommandRun.of(
        new ReplayCommand(new ByteArrayInputStream(stdin.getBytes(UTF_8))), arguments);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void onlyWhatChangesIsPrinted() throws IOException {
    String log = file("access.log", LOG);

    CommandRun run = replay("", log, "--rules", file("rules.yaml", RULES));

    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            """
            erp.old.example.com:443: 2 requests of 2 clients, 2026-11-20T08:00:00Z to 2026-11-20T09:30:00Z
              was  erp: rewrite to erp.new.example.com:443
              now  erp: rewrite to erp2.new.example.com:443, then erp-dr.new.example.com:8443

            4 requests, 2 changed in 1 group, 1 decided by another rule to the same effect
            """);
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void requestsOfAnotherRuleAreListedOnDemand() throws IOException {
    CommandRun run = replay(LOG, "-", "--renamed", "--rules", file("rules.yaml", RULES));

    assertThat(run.out())
        .contains(
            """
            wiki.old.example.com:443: 1 request of 1 client, 2026-11-20T09:31:00Z to 2026-11-20T09:31:00Z
              was  old-zone: rewrite to wiki.new.example.com:443
              now  zone: rewrite to wiki.new.example.com:443
            """);
  }

  @Test
  void nothingChangedIsSuccess() throws IOException {
    String same = RULES.replace("erp2.", "erp.");

    CommandRun run = replay(LOG, "-", "--rules", file("rules.yaml", same));

    assertThat(run.out())
        .isEqualTo("4 requests, none changed, 1 decided by another rule to the same effect\n");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void usesWithoutALineAreSaidOnStandardError() throws IOException {
    String suppressed =
        "2026-11-20T09:40:00Z INFO  suppressed client=10.1.0.9 rule=erp suppressed=1200\n";
    String same = RULES.replace("erp2.", "erp.");

    CommandRun run = replay(LOG + suppressed, "-", "--rules", file("rules.yaml", same));

    assertThat(run.err())
        .isEqualTo(
            "1,200 requests have no line of their own (log.uses_per_minute) and are not"
                + " compared\n");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void severalLogsAreOne() throws IOException {
    String log = file("access.log", LOG);

    CommandRun run = replay(LOG, log, log, "-", "--rules", file("rules.yaml", RULES));

    assertThat(run.out()).contains("6 requests of 2 clients").contains("12 requests, 6 changed");
  }

  @Test
  void strangeLinesAreSaidOnStandardErrorAndCounted() throws IOException {
    CommandRun run =
        replay(
            "Detour is ready\n".repeat(7) + LOG,
            "-",
            "--rules",
            file("rules.yaml", RULES.replace("erp2.", "erp.")));

    assertThat(run.err().lines())
        .hasSize(6)
        .startsWith(
            "standard input:1: not understood, it tells none of: decision, close, progress,"
                + " suppressed: Detour is ready")
        .endsWith("standard input: not understood: 2 more lines");
    assertThat(run.out()).contains(", 7 lines not understood\n");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void whatIsNoAccessLogAtAllIsAProblem() throws IOException {
    CommandRun run = replay("x\ny\n", "-", "--rules", file("rules.yaml", RULES));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .endsWith(
            "detour replay: standard input: no line is understood (expected: an access log of"
                + " Detour)\n");
  }

  @Test
  void aLogThatCannotBeReadIsAProblemAndTheOthersAreReplayed() throws IOException {
    CommandRun run =
        replay(
            LOG,
            folder + "/none.log",
            "-",
            "--rules",
            file("r.yaml", RULES.replace("erp2", "erp")));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "detour replay: " + folder + "/none.log: cannot be read: there is no such file\n");
    assertThat(run.out()).startsWith("4 requests, none changed");
  }

  @Test
  void ofNoLogAtAllNothingIsSaid() throws IOException {
    String rules = file("rules.yaml", RULES);

    CommandRun missing = replay("", folder + "/none.log", "--rules", rules);
    CommandRun directory = replay("", folder.toString(), "--rules", rules);

    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.out()).isEmpty();
    assertThat(missing.err())
        .isEqualTo(
            "detour replay: " + folder + "/none.log: cannot be read: there is no such file\n");
    assertThat(directory.exitCode()).isEqualTo(1);
    assertThat(directory.out()).isEmpty();
    assertThat(directory.err()).startsWith("detour replay: " + folder + ": cannot be read: ");
  }

  @Test
  void theSameRulesChangeNothingThoughRequestsWereRefused() throws IOException {
    String same = RULES.replace("erp2.", "erp.");
    String denied =
        """
        2026-11-20T10:00:00.000Z WARN  decision client=10.20.1.9 requested=erp.old.example.com:25 rule=erp \
        action=rewrite mode=enforce status=403 error=http_request_denied details="port: 25 may not be asked for"
        2026-11-20T10:00:00.000Z WARN  decision client=10.20.1.9 requested=a.old.example.com:443 rule=zone \
        action=rewrite mode=enforce status=403 error=destination_ip_prohibited details="no address is allowed"
        2026-11-20T10:00:00.000Z WARN  decision client=10.20.1.9 requested=a.old.example.com:443 rule=zone \
        action=rewrite mode=enforce details="the client went away while it waited"
        """;

    CommandRun run = replay(denied, "-", "--rules", file("rules.yaml", same));

    assertThat(run.out()).isEqualTo("3 requests, none changed\n");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void rulesWithAProblemDecideNothing() throws IOException {
    String bad = file("rules.yaml", "version: 1\nruls: []\nrules: []\n");

    CommandRun run = replay(LOG, "-", "--rules", bad);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            bad
                + ":2:1: unknown key \"ruls\" (did you mean \"rules\"?)\n"
                + "detour replay: the rules have problems, so nothing was decided\n");
  }

  @Test
  void aTestOfTheNewRulesThatFailsIsAProblem() throws IOException {
    String failing =
        file("rules.yaml", RULES + "tests: [{ host: a, expect: { action: reject } }]\n");

    assertThat(replay(LOG, "-", "--rules", failing).exitCode()).isEqualTo(1);
  }

  @Test
  void theConfigurationSaysWhereTheRulesAre() throws IOException {
    String rules = file("rules.yaml", RULES);
    String configuration = file("detour.yaml", "rules: [" + rules + "]\n");

    assertThat(replay(LOG, "-", "-c", configuration).out()).contains("2 changed in 1 group");
  }

  @Test
  void jsonHasEverything() throws IOException {
    CommandRun run = replay("x\n" + LOG, "-", "--json", "--rules", file("rules.yaml", RULES));

    JsonNode root = JsonMapper.builder().build().readTree(run.out());
    assertThat(root)
        .hasToString(
            ("{'unchanged':false,'requests':4,'not_compared':0,'suppressed':0,'changed':{"
                    + "'requests':2,"
                    + "'not_listed':0,'groups':[{'asked':'erp.old.example.com:443','was':{"
                    + "'rule':'erp','action':'rewrite','mode':'enforce','targets':"
                    + "['erp.new.example.com:443']},'now':{'rule':'erp','action':'rewrite','mode':"
                    + "'enforce','targets':['erp2.new.example.com:443',"
                    + "'erp-dr.new.example.com:8443']},'requests':2,'clients':2,'more_clients':"
                    + "false,'first':'2026-11-20T08:00:00Z','last':'2026-11-20T09:30:00Z'}]},"
                    + "'renamed':{'requests':1,'not_listed':0,'groups':[{'asked':"
                    + "'wiki.old.example.com:443','was':{'rule':'old-zone','action':'rewrite',"
                    + "'mode':'enforce','targets':['wiki.new.example.com:443']},'now':{'rule':"
                    + "'zone','action':'rewrite','mode':'enforce','targets':"
                    + "['wiki.new.example.com:443']},'requests':1,'clients':1,'more_clients':false,"
                    + "'first':'2026-11-20T09:31:00Z','last':'2026-11-20T09:31:00Z'}]},'logs':[{"
                    + "'name':'standard input','lines':5,'strange_lines':1,'first_strange':[{"
                    + "'line':1,'reason':'there is no time and level','text':'x'}]}],"
                    + "'problems':[]}")
                .replace('\'', '"'));
  }

  @Test
  void withoutALogItIsWrongUsage() {
    assertThat(replay("", "--rules", "rules.yaml").exitCode()).isEqualTo(2);
  }
}
