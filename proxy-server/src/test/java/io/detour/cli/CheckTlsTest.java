package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.TcpOrigin;
import io.detour.TlsTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code check --tls} with targets on this machine. */
@Timeout(120)
class CheckTlsTest {
  @TempDir private Path folder;

  @Test
  void aCertificateThatDoesNotCoverALegacyNameIsAWarning() throws Exception {
    try (TlsTarget target = TlsTarget.covering("erp.old.net", "m.net")) {
      Path rules = rules(target.authority());
      Path authority = target.writeAuthority(folder);

      CommandRun run = check(rules, "--tls", "--cacert", authority);
      CommandRun strict = check(rules, "--tls", "--cacert", authority, "--strict");

      assertThat(run.err())
          .isEqualTo(
              rules
                  + ":3:5: warning: the certificate of "
                  + target.authority()
                  + " does not cover erp-dr.old.net (it covers: erp.old.net, m.net)\n");
      assertThat(run.out().replace(rules.toString(), "F"))
          .isEqualTo(
              """
              F: 6 rules, 6 tests passed, 1 warning
              certificates: 3 probes, 1 warning; not tested: trial (F:7, mode is report), web (F:12, not for port 443), mixed (F:16, not all of its hosts are exact) and 1 more
              """);
      assertThat(run.exitCode()).isZero();
      assertThat(strict.exitCode()).isEqualTo(1);
      assertThat(target.origin().accepted()).isEqualTo(6);
    }
  }

  @Test
  void authoritiesOfTheConfigurationAreTrusted() throws Exception {
    try (TlsTarget target = TlsTarget.covering("erp.old.net", "erp-dr.old.net", "m.net")) {
      Path rules = rules(target.authority());
      Path authority = target.writeAuthority(folder);
      Path configuration =
          Files.writeString(
              folder.resolve("detour.yaml"),
              "rules: ["
                  + rules
                  + "]\ncertificates: { trust: ["
                  + authority
                  + "] }\n"
                  + "access: { destinations: { deny: [] } }\n");

      assertThat(check(rules, "--tls").err()).contains("not trusted");
      assertThat(check(rules, "--tls", "-c", configuration).err()).isEmpty();
    }
  }

  @Test
  void jsonHasEveryFindingAndWhatWasNotTested() throws Exception {
    try (TlsTarget target = TlsTarget.covering("erp.old.net", "m.net")) {
      Path rules = rules(target.authority());

      CommandRun run = check(rules, "--tls", "--json", "--cacert", target.writeAuthority(folder));

      assertThat(run.err()).isEmpty();
      JsonNode json = JsonMapper.builder().build().readTree(run.out());
      assertThat(json.get("ok").asBoolean()).isTrue();
      assertThat(json.get("warnings").asInt()).isEqualTo(1);
      JsonNode certificates = json.get("certificates");
      assertThat(certificates.get("probes").asInt()).isEqualTo(3);
      assertThat(certificates.get("unfinished").asInt()).isZero();
      assertThat(certificates.get("findings"))
          .hasToString(
              "[{\"severity\":\"warning\",\"code\":\"certificate-name\",\"rule\":\"erp\",\"file\":\""
                  + rules
                  + "\",\"line\":3,\"column\":5,\"legacy_name\":\"erp-dr.old.net\",\"target\":\""
                  + target.authority()
                  + "\",\"via\":null,\"message\":\"the certificate of "
                  + target.authority()
                  + " does not cover erp-dr.old.net (it covers: erp.old.net, m.net)\"}]");
      assertThat(certificates.get("untested")).hasSize(4);
      assertThat(certificates.at("/untested/3").toString().replace(rules.toString(), "F"))
          .isEqualTo(
              "{\"rule\":\"zone\",\"file\":\"F\",\"line\":20,\"column\":5,\"reason\":\"no exact"
                  + " host\"}");
    }
  }

  @Test
  void aTargetThatIsNotTrustedOrShowsNoCertificateIsAWarningToo() throws Exception {
    try (TlsTarget untrusted = TlsTarget.covering("erp.old.net");
        TcpOrigin closed = TcpOrigin.start(connection -> connection.shutdownOutput())) {
      Path rules =
          Files.writeString(
              folder.resolve("two.yaml"),
              """
              version: 1
              rules:
                - name: erp
                  match: { host: { exact: erp.old.net } }
                  action: rewrite
                  targets: [{ to: "%s" }, { to: "%s" }]
              tests: [{ host: erp.old.net, expect: { rule: erp } }]
              """
                  .formatted(untrusted.authority(), closed.authority()));

      CommandRun run = check(rules, "--tls");

      assertThat(run.err().lines())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .startsWith(
                          rules
                              + ":3:5: warning: the certificate of "
                              + untrusted.authority()
                              + " is not trusted: \"CN=Origin of a test\" was issued by"),
              line ->
                  assertThat(line)
                      .startsWith(
                          rules
                              + ":3:5: warning: "
                              + closed.authority()
                              + " shows no certificate for erp.old.net: "));
      assertThat(run.out()).endsWith("certificates: 2 probes, 2 warnings\n");
    }
  }

  @Test
  void certificatesToTrustThatCannotBeReadAreAProblem() throws IOException {
    CommandRun run = check(rules("127.0.0.1:1"), "--tls", "--cacert", folder + "/none.pem");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualTo(folder + "/none.pem: cannot be read: there is no such file\n");
  }

  @Test
  void rulesThatCannotBeReadAreNotTriedOut() throws IOException {
    CommandRun run = check(folder.resolve("none.yaml"), "--tls");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEqualTo(folder + "/none.yaml: 1 problem\n");
  }

  /** Rules of which one can be tried out whole. */
  private Path rules(String target) throws IOException {
    return Files.writeString(
        folder.resolve("rules.yaml"),
        """
        version: 1
        rules:
          - name: erp
            match: { host: { exact: [erp.old.net, erp-dr.old.net] } }
            action: rewrite
            to: "%1$s"
          - name: trial
            match: { host: { exact: trial.net } }
            action: rewrite
            to: "%1$s"
            mode: report
          - name: web
            match: { host: { exact: web.net }, port: 80 }
            action: rewrite
            to: "%1$s"
          - name: mixed
            match: { host: { exact: m.net, suffix: mixed.net }, port: 444 }
            action: rewrite
            to: "%1$s"
          - name: zone
            match: { host: { suffix: .old.net } }
            action: rewrite
            to: "{prefix}.new.net"
          - { name: sso, match: { host: { exact: sso.net } }, action: pass }
        tests:
          - { host: erp.old.net, expect: { rule: erp } }
          - { host: trial.net, expect: { rule: trial } }
          - { host: "web.net:80", expect: { rule: web } }
          - { host: "a.mixed.net:444", expect: { rule: mixed } }
          - { host: a.old.net, expect: { rule: zone } }
          - { host: sso.net, expect: { rule: sso } }
        """
            .formatted(target));
  }

  /** Checks with a configuration under which targets may be on this machine. */
  private CommandRun check(Object... arguments) throws IOException {
    Path open = folder.resolve("open.yaml");
    Files.writeString(open, "access: { destinations: { deny: [] } }\n");
    List<String> texts = new ArrayList<>();
    for (Object argument : arguments) {
      texts.add(argument.toString());
    }
    if (!texts.contains("-c")) {
      Collections.addAll(texts, "-c", open.toString());
    }
    return CommandRun.of(new CheckCommand(), texts.toArray(String[]::new));
  }
}
