package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerateCommandTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - name: erp
          match: { host: { exact: erp.old.example.com } }
          action: rewrite
          targets: [{ to: 192.0.2.1 }, { to: 192.0.2.2 }]
      """;

  @TempDir private Path folder;

  private static CommandRun generate(String... arguments) {
    return CommandRun.of(new GenerateCommand(), arguments);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void theTextGoesToStandardOutputAndTheNotesToStandardError() throws IOException {
    String rules = file("rules.yaml", RULES);

    CommandRun run = generate("hosts", "--rules", rules);

    assertThat(run.out())
        .isEqualTo(
            """
            # made by detour generate hosts from %s; 1 rule, 1 with notes
            # rule erp: only the first of its 2 targets is used
            192.0.2.1       erp.old.example.com
            """
                .formatted(rules));
    assertThat(run.err())
        .isEqualTo("detour generate: rule erp: only the first of its 2 targets is used\n");
    assertThat(run.exitCode()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"pac", "hosts", "dnsmasq", "coredns", "chromium", "nginx-map"})
  void everyFormatIsWritten(String format) throws IOException {
    CommandRun run = generate(format, "--rules", file("rules.yaml", RULES));

    assertThat(run.out().lines().findFirst().orElse(""))
        .containsPattern("(#|//) made by detour generate " + format + " from ");
    assertThat(run.out()).contains("erp.old.example.com");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void whatIsSaidOfEachRuleSaysWhyItIsNotFollowed() throws IOException {
    String rules =
        file(
            "rules.yaml",
            """
            version: 1
            rules:
              - name: a
                match: { host: { exact: a }, port: [443, 8000-8099], client: 10.0.0.0/8, user: [zoe, anna] }
                action: reject
                rollout: { percent: 25 }
                mode: report
              - name: b
                match: { host: { exact: b } }
                action: rewrite
                when: on_failure
                to: b.new
                expires: 2999-03-31
                on_expiry: reject
              - name: c
                match: { host: { exact: c } }
                action: rewrite
                targets: [{ to: c.new, via: dc }, { to: c2.new }]
                brownout: { cron: "0 10 * * 2", for: 15m }
              - { name: d, match: { host: { exact: d } }, action: rewrite, to: "original:8443" }
            """);

    assertThat(generate("nginx-map", "--rules", rules).err().lines())
        .containsExactlyInAnyOrder(
            "detour generate: rule a: only for port 443, 8000-8099 and only for clients in"
                + " 10.0.0.0/8 and only for user anna, zoe and only for 25 % of the clients and"
                + " only reports",
            "detour generate: rule b: only when the asked name fails",
            "detour generate: rule b: after 2999-03-31 Detour will reject it, which changes nothing"
                + " here",
            "detour generate: rule c: through the parent proxy dc",
            "detour generate: rule c: its brownouts of 15 min do not take place",
            "detour generate: rule d: to another port of the asked host");
  }

  @Test
  void addressesOfTargetsAreLookedUpOnDemand() throws IOException {
    String rules =
        file(
            "rules.yaml",
            """
            version: 1
            rules:
              - { name: a, match: { host: { exact: a.old } }, action: rewrite, to: localhost }
              - { name: b, match: { host: { exact: b.old } }, action: rewrite, to: b.new.invalid }
              - { name: c, match: { host: { suffix: .c.old } }, action: rewrite, to: "{prefix}.localhost" }
              - { name: d, match: { host: { exact: x.c.old } }, action: reject }
            """);

    CommandRun resolved = generate("hosts", "--rules", rules, "--resolve");

    assertThat(resolved.out().lines().filter(line -> !line.startsWith("#")))
        .containsExactly(
            "::1             a.old",
            "127.0.0.1       a.old",
            "::1             x.c.old",
            "127.0.0.1       x.c.old");
    assertThat(resolved.err().lines())
        .contains(
            "detour generate: b.new.invalid: names in .invalid do not exist",
            "detour generate: rule b: the addresses of b.new.invalid are not known");
    assertThat(resolved.exitCode()).isZero();
    assertThat(generate("hosts", "--rules", rules).err())
        .contains("rule a: the addresses of localhost are not known");
  }

  @Test
  void theProxyOfAPacFileIsTheFirstListenerUnlessItIsSaid() throws IOException {
    String rules = file("rules.yaml", RULES);
    String configuration =
        file("detour.yaml", "listen: [\"[::1]:3333\", \"127.0.0.1:4444\"]\nrules: [rules.yaml]\n");

    assertThat(generate("pac", "-c", configuration).out())
        .contains("var proxy = \"PROXY [::1]:3333\";");
    assertThat(generate("pac", "--rules", rules).out())
        .contains("var proxy = \"PROXY 127.0.0.1:3128\";");
    assertThat(generate("pac", "--rules", rules, "--proxy", "Proxy.Example.com:8080").out())
        .contains("var proxy = \"PROXY proxy.example.com:8080\";");
    assertThat(
            generate("pac", "--rules", rules, "--proxy", "HTTPS a.test:1", "--proxy", "b.test:2")
                .out())
        .contains("var proxy = \"HTTPS a.test:1; PROXY b.test:2\";");
  }

  @Test
  @DisplayName("Q26: the configuration names the proxies and where all other names go")
  void theConfigurationNamesTheProxies() throws IOException {
    file("rules.yaml", RULES);
    String configuration =
        file(
            "detour.yaml",
            """
            listen: ["0.0.0.0:3128"]
            access: { clients: ["10.0.0.0/8"] }
            rules: [rules.yaml]
            pac:
              proxies: ["HTTPS a.example.com:3129", b.example.com:3128]
              otherwise: "PROXY corporate.example.com:8080"
            """);

    assertThat(generate("pac", "-c", configuration).out())
        .contains("var proxy = \"HTTPS a.example.com:3129; PROXY b.example.com:3128\";")
        .contains("var otherwise = \"PROXY corporate.example.com:8080\";");
    assertThat(generate("pac", "-c", configuration, "--proxy", "c.example.com:1").out())
        .contains("var proxy = \"PROXY c.example.com:1\";")
        .contains("var otherwise = \"PROXY corporate.example.com:8080\";");
  }

  @ParameterizedTest(name = "\"{0}\"")
  @CsvSource(
      delimiter = '|',
      value = {
        "pac --proxy nowhere | --proxy nowhere: port is missing (expected: HOST:PORT, PROXY"
            + " HOST:PORT or HTTPS HOST:PORT)",
        "hosts --proxy a:1 | --proxy has no meaning for hosts",
        "pac --resolve | --resolve has no meaning for pac",
        "nginx | Invalid value for positional parameter at index 0 (FORMAT): 'nginx' is no format"
            + " (expected: pac, hosts, dnsmasq, coredns, chromium, nginx-map)",
        "'' | Missing required parameter: 'FORMAT'",
      })
  void wrongUsageIsSaid(String arguments, String problem) throws IOException {
    String rules = file("rules.yaml", RULES);
    String[] words = (arguments + " --rules " + rules).strip().split(" +");

    CommandRun run = generate(words);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith(problem);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aProxyThatCannotBeKnownIsAskedFor() throws IOException {
    String configuration = file("detour.yaml", "listen: [\"127.0.0.1:0\"]\nrules: []\n");

    CommandRun run = generate("pac", "-c", configuration);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("(expected: --proxy HOST:PORT)");
  }

  @Test
  void rulesWithAProblemWriteNothing() throws IOException {
    String bad = file("rules.yaml", "version: 1\nruls: []\nrules: []\n");
    Path out = Files.writeString(folder.resolve("proxy.pac"), "old");

    CommandRun run = generate("pac", "--rules", bad, "-o", out.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            bad
                + ":2:1: unknown key \"ruls\" (did you mean \"rules\"?)\n"
                + "detour generate: the rules have problems, so nothing was written\n");
    assertThat(out).hasContent("old");
  }

  @Test
  void aFileIsReplacedAsAWholeAndKeepsItsPermissionsAndLinks() throws IOException {
    String rules = file("rules.yaml", RULES);
    Path file = Files.writeString(folder.resolve("detour.conf"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r-x"));
    Path link = Files.createSymbolicLink(folder.resolve("link.conf"), file);

    CommandRun run = generate("dnsmasq", "--rules", rules, "-o", link.toString());

    assertThat(run.out()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(link).isSymbolicLink();
    assertThat(Files.readString(file)).contains("host-record=erp.old.example.com,192.0.2.1");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r-x");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(3);
    }
  }

  @Test
  void aFileThatCannotBeWrittenIsAProblem() throws IOException {
    String rules = file("rules.yaml", RULES);

    CommandRun missing = generate("pac", "--rules", rules, "-o", folder + "/none/proxy.pac");
    CommandRun directory = generate("pac", "--rules", rules, "-o", folder.toString());

    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err())
        .isEqualTo(
            "detour generate: "
                + folder
                + "/none/proxy.pac: cannot be written: there is no such folder\n");
    assertThat(directory.exitCode()).isEqualTo(1);
    assertThat(directory.err()).endsWith(": cannot be written: it is a folder\n");
  }

  @Test
  void whatIsNoFileIsWrittenTo() throws IOException {
    CommandRun run = generate("pac", "--rules", file("rules.yaml", RULES), "-o", "/dev/null");

    assertThat(run.exitCode()).isZero();
    assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
  }
}
