package io.detour.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.TcpOrigin;
import io.detour.TlsTarget;
import java.io.IOException;
import java.net.Socket;
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

/** {@code explain} with targets on this machine that are tried out. */
@Timeout(120)
class ExplainProbeTest {
  @TempDir private Path folder;

  @Test
  void aTargetWhoseCertificateCoversTheLegacyNameIsGood() throws Exception {
    try (TlsTarget target = TlsTarget.covering("erp.old.example.com")) {
      Path rules = rules("{ to: '" + target.authority() + "' }");

      CommandRun run = explain(rules, "--tls", "--cacert", target.writeAuthority(folder));

      assertThat(run.err()).isEmpty();
      assertThat(
              run.out()
                  .lines()
                  .dropWhile(line -> !line.startsWith("target"))
                  .map(line -> line.replaceAll("[0-9]+ ms", "N ms")))
          .startsWith(
              "target  " + target.authority(),
              "        resolve 127.0.0.1 after N ms",
              "        connect " + target.authority() + " answers after N ms",
              "        tls     TLSv1.3, TLS_AES_256_GCM_SHA384 after N ms",
              "        names   covers erp.old.example.com: yes (it covers: erp.old.example.com)",
              "        trust   trusted, by \"CN=Authority of a test\"")
          .endsWith("result  tunnel to " + target.authority());
      assertThat(run.exitCode()).isZero();
      assertThat(target.origin().accepted()).isOne();
    }
  }

  @Test
  void authoritiesOfTheConfigurationAreTrusted() throws Exception {
    try (TlsTarget target = TlsTarget.covering("erp.old.example.com")) {
      Path rules = rules("{ to: '" + target.authority() + "' }");
      Path authority = target.writeAuthority(folder);
      Path configuration =
          Files.writeString(
              folder.resolve("detour.yaml"),
              "access: { destinations: { deny: [] } }\ncertificates: { trust: ["
                  + authority
                  + "] }\n");

      assertThat(explain(rules, "--tls").out()).doesNotContain("trusted, by");
      assertThat(explain(rules, "--tls", "-c", configuration).out())
          .contains("trusted, by \"CN=Authority of a test\"");
    }
  }

  @Test
  void aCertificateForTheNewNameAloneOrAnUnknownAuthorityIsNot() throws Exception {
    try (TlsTarget other = TlsTarget.covering("erp.new.example.com");
        TlsTarget untrusted = TlsTarget.covering("erp.old.example.com")) {
      CommandRun wrong =
          explain(
              rules("{ to: '" + other.authority() + "' }"),
              "--tls",
              "--cacert",
              other.writeAuthority(folder));
      CommandRun unknown = explain(rules("{ to: '" + untrusted.authority() + "' }"), "--tls");

      assertThat(wrong.exitCode()).isEqualTo(1);
      assertThat(wrong.out())
          .contains("names   covers erp.old.example.com: no (it covers: erp.new.example.com)\n");
      assertThat(unknown.exitCode()).isEqualTo(1);
      assertThat(unknown.out()).contains("        trust   not trusted: ");
    }
  }

  @Test
  void eachTargetHasItsOwnProbeInBothForms() throws Exception {
    try (TcpOrigin good = TcpOrigin.echo()) {
      int closed = closedPort();
      Path rules =
          rules("{ to: '127.0.0.1:" + closed + "' }, { to: localhost, port: " + good.port() + " }");

      CommandRun text = explain(rules, "--connect");
      JsonNode json =
          JsonMapper.builder().build().readTree(explain(rules, "--connect", "--json").out());

      assertThat(text.exitCode()).isEqualTo(1);
      assertThat(text.out())
          .containsSubsequence(
              "target  1: 127.0.0.1:" + closed + "\n",
              "        connect the target refused the connection (connection_refused)",
              "target  2: localhost:" + good.port() + "\n",
              "        connect 127.0.0.1:" + good.port() + " answers",
              "result  tunnel to 127.0.0.1:" + closed + ", or to the next target that answers\n",
              "now     tunnel to localhost:" + good.port() + "\n");
      assertThat(json.get("now"))
          .hasToString("{\"kind\":\"tunnel\",\"to\":\"localhost:" + good.port() + "\"}");
      assertThat(json.at("/targets/0/probe/good").asBoolean()).isFalse();
      assertThat(json.at("/targets/0/probe/connect/error").asString())
          .isEqualTo("connection_refused");
      assertThat(json.at("/targets/1/probe/good").asBoolean()).isTrue();
      assertThat(json.at("/targets/1/probe/tls").isNull()).isTrue();
      assertThat(json.at("/probes_good").asBoolean()).isFalse();
      assertThat(explain(rules, "--resolve").exitCode()).isZero();
    }
  }

  @Test
  void aFailureThatEndsTheWalkIsWhatTheClientGetsNow() throws Exception {
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            version: 1
            rules:
              - name: erp
                match: { host: { exact: erp.old.example.com } }
                action: rewrite
                targets: [{ to: "127.0.0.1:%d" }, { to: localhost }]
                fallback_on: [dns_error]
            """
                .formatted(closedPort()));

    assertThat(explain(rules, "--connect").out())
        .endsWith("now     502 Bad Gateway: the target refused the connection\n");
    assertThat(explain(rules, "--resolve").out()).doesNotContain("now     ");
  }

  @Test
  void aTargetBehindAParentIsTriedOutThroughIt() throws Exception {
    try (TcpOrigin parent = TcpOrigin.start(ExplainProbeTest::grant)) {
      Path rules = rules("{ to: erp.new.example.com, via: dc }");
      Path config =
          Files.writeString(
              folder.resolve("detour.yaml"),
              "parents: { dc: 'http://anna:secret@" + parent.authority() + "' }\n");

      CommandRun run = explain(rules, "--connect", "-c", config);
      CommandRun unknown = explain(rules, "--connect");

      assertThat(run.exitCode()).isZero();
      assertThat(run.out())
          .containsSubsequence(
              "target  erp.new.example.com:443 via dc (http://***@" + parent.authority() + ")\n",
              "        resolve not here: a parent proxy does it\n",
              "        connect " + parent.authority() + ", the parent proxy, connects it after");
      assertThat(unknown.exitCode()).isEqualTo(1);
      assertThat(unknown.out()).contains("there is no parent proxy of this name");
    }
  }

  @Test
  void theTargetOfAReportModeIsTriedOutToo() throws Exception {
    try (TcpOrigin good = TcpOrigin.echo()) {
      Path rules =
          Files.writeString(
              folder.resolve("report.yaml"),
              """
              version: 1
              rules:
                - name: erp
                  match: { host: { exact: erp.old.example.com } }
                  action: rewrite
                  to: "%s"
                  mode: report
              """
                  .formatted(good.authority()));

      CommandRun run = explain(rules, "--connect");

      assertThat(run.exitCode()).isZero();
      assertThat(run.out())
          .contains("result  tunnel to erp.old.example.com:443, the asked host\n")
          .endsWith("would   tunnel to " + good.authority() + "\n");
      assertThat(good.accepted()).isOne();
    }
  }

  @Test
  void withoutAWordOfItNothingIsConnectedTo() throws Exception {
    try (TcpOrigin target = TcpOrigin.echo()) {
      Path rules = rules("{ to: '" + target.authority() + "' }");

      assertThat(explain(rules).exitCode()).isZero();
      assertThat(explain(rules, "--resolve").exitCode()).isZero();
      assertThat(target.accepted()).isZero();
    }
  }

  @Test
  void certificatesToTrustThatCannotBeReadAreAProblem() throws Exception {
    CommandRun run =
        explain(rules("{ to: '127.0.0.1:1' }"), "--tls", "--cacert", folder + "/none.pem");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEqualTo(folder + "/none.pem: cannot be read: there is no such file\n");
    assertThat(run.out()).isEmpty();
  }

  private static void grant(Socket connection) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) connection.getInputStream().read());
    }
    connection.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
    int _ = connection.getInputStream().read();
  }

  private static int closedPort() throws IOException {
    try (TcpOrigin gone = TcpOrigin.echo()) {
      return gone.port();
    }
  }

  private Path rules(String targets) throws IOException {
    return Files.writeString(
        folder.resolve("rules.yaml"),
        """
        version: 1
        rules:
          - name: erp
            match: { host: { exact: erp.old.example.com } }
            action: rewrite
            targets: [%s]
        """
            .formatted(targets));
  }

  /** Asks with a configuration under which targets may be on this machine, unless one is given. */
  private CommandRun explain(Path rules, Object... more) throws IOException {
    List<String> arguments = new ArrayList<>();
    Collections.addAll(arguments, "erp.old.example.com", "--rules", rules.toString());
    for (Object argument : more) {
      arguments.add(argument.toString());
    }
    if (!arguments.contains("-c")) {
      Path open = folder.resolve("open.yaml");
      Files.writeString(open, "access: { destinations: { deny: [] } }\n");
      Collections.addAll(arguments, "-c", open.toString());
    }
    return CommandRun.of(new ExplainCommand(), arguments.toArray(String[]::new));
  }
}
