package io.detour.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainCommandTest {
  private static final String RULES = "../rules.example.yaml";

  @TempDir private Path folder;

  @Test
  void showsTheRulesPassedOverTheMatchAndWhereItLeads() {
    CommandRun run = explain("APP-crm-07.corp.oldco.net.:8443");

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().replaceAll("yaml:[0-9]+", "yaml:N"))
        .isEqualTo(
            """
            asked   app-crm-07.corp.oldco.net:8443
            not     keep-sso (../rules.example.yaml:N): host does not match exact sso.old.example.com
            not     erp (../rules.example.yaml:N): host does not match exact erp.old.example.com, exact erp-dr.old.example.com
            not     build-farm (../rules.example.yaml:N): host does not match exact build.old.example.com
            not     files (../rules.example.yaml:N): host does not match exact files.corp.oldco.net
            not     old-zone (../rules.example.yaml:N): host does not match suffix .old.example.com
            match   numbered-hosts (../rules.example.yaml:N): host matches regex app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net
            found   {0} = app-crm-07.corp.oldco.net, {1} = crm, {2} = 07
            result  rewrite: crm07.apps.new.example.com:8443 is dialled
            """);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "sso.old.example.com  | result  pass: the asked host is dialled",
        "www.example.com      | result  pass: the asked host is dialled",
        "www.example.com      | match   no rule",
        "erp.old.example.com  | result  rewrite: erp.new.example.com:443 is dialled",
        "a.b.old.example.com  | found   {prefix} = a.b",
        "dead.example.com     | found   {prefix} = (empty)",
        "dead.example.com     | result  reject: 403, this service was switched off, see the wiki",
        "[2001:DB8::1]:80     | asked   [2001:db8::1]:80",
      })
  void saysHowItEnds(String host, String line) {
    assertThat(explain(host).out().lines()).contains(line);
  }

  @Test
  @Tag("W03")
  void aTemplateThatMakesNoHostIsSaidPlainly() throws IOException {
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            version: 1
            rules:
              - name: zone
                match: { host: { suffix: old.net } }
                action: rewrite
                to: "{prefix}.new.net"
            """);

    assertThat(
            CommandRun.of(new ExplainCommand(), "old.net", "--rules", rules.toString())
                .out()
                .lines())
        .contains(
            "result  invalid: 502, target \"{prefix}.new.net\" made no valid host: host has an"
                + " empty label");
    assertThat(
            CommandRun.of(new ExplainCommand(), "old.net", "--json", "--rules", rules.toString())
                .out())
        .contains(
            "\"decision\":\"invalid\",\"problem\":\"target \\\"{prefix}.new.net\\\" made no valid"
                + " host: host has an empty label\"");
  }

  @Test
  void jsonHasTheSameFacts() {
    assertThat(explain("app-crm-07.corp.oldco.net", "--json").out())
        .startsWith("{\"asked\":\"app-crm-07.corp.oldco.net:443\",\"passed_over\":[{\"rule\":")
        .contains("\"reason\":\"host does not match suffix .old.example.com\"")
        .contains("\"matcher\":\"regex app-([a-z]+)-([0-9]+)\\\\.corp\\\\.oldco\\\\.net\"")
        .endsWith(
            "\"captures\":{\"0\":\"app-crm-07.corp.oldco.net\",\"1\":\"crm\",\"2\":\"07\"}},"
                + "\"decision\":\"rewrite\",\"target\":\"crm07.apps.new.example.com:443\"}\n");
    assertThat(explain("www.example.com", "--json").out())
        .endsWith("\"match\":null,\"decision\":\"unmatched\"}\n");
    assertThat(explain("sso.old.example.com", "--json").out())
        .endsWith("\"captures\":{}},\"decision\":\"pass\"}\n");
    assertThat(explain("a.dead.example.com", "--json").out())
        .endsWith(
            "\"captures\":{\"prefix\":\"a\"}},\"decision\":\"reject\",\"message\":\"this service"
                + " was switched off, see the wiki\"}\n");
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
  @ValueSource(strings = {"2130706433", "0x7f.1", "127.1", "::1", "[::1", "u@h", "h/", "http://h"})
  void otherSpellingsAreRefusedToo(String host) {
    assertThat(explain(host).exitCode()).isEqualTo(2);
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
  void problemsOfTheRuleFileAreReported() {
    CommandRun run = CommandRun.of(new ExplainCommand(), "h", "--rules", folder + "/none.yaml");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualTo(folder + "/none.yaml: cannot be read: there is no such file\n");
  }

  @Test
  void aMissingArgumentIsWrongUsage() {
    assertThat(CommandRun.of(new ExplainCommand()).exitCode()).isEqualTo(2);
  }

  private static CommandRun explain(String host, String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = host;
    arguments[1] = "--rules";
    arguments[2] = RULES;
    System.arraycopy(more, 0, arguments, 3, more.length);
    return CommandRun.of(new ExplainCommand(), arguments);
  }
}
