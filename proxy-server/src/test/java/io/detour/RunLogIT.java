package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.cli.CommandRun;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The logs of a process, from its configuration to its files. */
class RunLogIT {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  @Execution(CONCURRENT)
  void theLinesOfATunnelAreJsonAndShareTheirId() throws Exception {
    Path log = folder.resolve("access.log");
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = start("access: " + log, origin)) {
      use(detour, "GET / HTTP/1.1");

      await().atMost(LONG).until(() -> lines(log).size() == 2);
      JsonNode decision = lines(log).getFirst();
      JsonNode close = lines(log).getLast();
      assertThat(decision.get("event").asString()).isEqualTo("decision");
      assertThat(decision.get("level").asString()).isEqualTo("WARN");
      assertThat(decision.get("rule").asString()).isEqualTo("moved");
      assertThat(decision.get("requested").asString()).isEqualTo("old.test:443");
      assertThat(decision.get("target").asString()).isEqualTo(origin.authority());
      assertThat(decision.get("user_agent").asString()).isEqualTo("a \"b\"");
      assertThat(decision.get("status").asInt()).isEqualTo(200);
      assertThat(decision.get("remote").asString()).isEqualTo(origin.authority());
      assertThat(decision.get("connect_ms").asDouble()).isPositive();
      assertThat(close.get("event").asString()).isEqualTo("close");
      assertThat(close.get("id")).isEqualTo(decision.get("id"));
      assertThat(close.get("bytes_up").asLong()).isEqualTo(14);
      assertThat(close.get("bytes_down").asLong()).isEqualTo(14);
      assertThat(close.get("close_reason").asString()).isEqualTo("client_fin");
      assertThat(detour.out()).doesNotContain("decision");
    }
  }

  @Test
  @DisplayName("standard output is JSON from its first line to its last")
  @Execution(CONCURRENT)
  void standardOutputIsJson() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = start("format: json", origin)) {
      use(detour, "GET / HTTP/1.1");
      await().atMost(LONG).until(() -> detour.out().lines().count() == 2);
      detour.signal("TERM");
      assertThat(detour.exitWithin(LONG)).isZero();

      JsonMapper json = JsonMapper.builder().build();
      assertThat(detour.out().lines())
          .extracting(line -> json.readTree(line).get("event").asString())
          .containsExactly("decision", "close");
      assertThat(detour.err())
          .contains("Detour ", " is ready\n  proxy   http://127.0.0.1:")
          .contains(
              "\n  admin   http://" + NetUtil.toSocketAddressString(detour.adminAddress()) + "/\n");
    }
  }

  @Test
  @DisplayName("credentials and what follows a host in a URL are in no line")
  @Execution(CONCURRENT)
  void nothingSecretIsLogged() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = start("level: trace", origin);
        RawClient malformed = detour.client();
        RawClient wellFormed = detour.client()) {
      malformed.send(request("http://ann:hush@old.test:443/secret?token=hush"));
      wellFormed.send(request("http://old.test:443/secret?token=hush"));
      await().atMost(LONG).until(() -> detour.out().contains("old.test:443"));

      assertThat(detour.out() + detour.err())
          .contains("\"client\":\"127.0.0.1\"")
          .doesNotContain("hush", "aHVzaA", "secret");
    }
  }

  @Test
  @DisplayName("SIGUSR1 opens the log file again")
  @Execution(CONCURRENT)
  void theSignalOpensTheFileAgain() throws Exception {
    Path log = folder.resolve("access.log");
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = start("access: " + log, origin)) {
      use(detour, "one");
      await().atMost(LONG).until(() -> lines(log).size() == 2);
      Path rotated = Files.move(log, folder.resolve("access.log.1"));

      detour.signal("USR1");
      await().atMost(LONG).until(() -> Files.exists(log));
      use(detour, "two");
      await().atMost(LONG).until(() -> lines(log).size() == 2);

      assertThat(lines(rotated)).hasSize(2);
      assertThat(detour.err()).contains("SIGUSR1: log files were opened again");
    }
  }

  @Test
  @DisplayName("O06 a reader of standard output that stands still holds up nobody")
  @Execution(CONCURRENT)
  void aBlockedReaderHoldsUpNobody() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    // Somebody has it open and never reads.
    Process reader = new ProcessBuilder("sh", "-c", "exec sleep 600 <" + fifo).start();
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = start("access: " + fifo + ", uses_per_minute: off", origin)) {
      // A pipe holds 64 KiB and the queue 8,192 lines: 5,000 uses have 10,000 lines.
      for (int i = 0; i < 5_000; i++) {
        use(detour, "x");
      }
      assertThat(
              metrics(detour)
                  .lines()
                  .filter(line -> line.startsWith("detour_access_log_dropped_total")))
          .singleElement()
          .satisfies(
              line ->
                  assertThat(Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                      .isGreaterThan(1_000));
      detour.signal("TERM");
      assertThat(detour.exitWithin(LONG)).isZero();
    } finally {
      reader.destroy();
    }
  }

  @Test
  @DisplayName("a drain that was asked for ends the process, and SIGTERM during it cuts nothing")
  @Execution(CONCURRENT)
  void aDrainEndsTheProcess() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = start("level: info", origin);
        RawClient client = detour.client()) {
      client.send("CONNECT old.test:443 HTTP/1.1\r\nHost: old.test:443\r\n\r\n");
      assertThat(client.head().status()).isEqualTo(200);
      CommandRun drain =
          CommandRun.detour(
              "drain", "--admin", NetUtil.toSocketAddressString(detour.adminAddress()));
      assertThat(drain).isEqualTo(new CommandRun(0, "draining\n", ""));
      await().atMost(LONG).until(() -> detour.err().contains("drain: no new clients"));

      detour.signal("TERM");
      client.send("still here");
      assertThat(client.read(10)).isEqualTo("still here");
      assertThat(detour.isAlive()).isTrue();
      client.endOutput();
      assertThat(client.rest()).isEmpty();

      assertThat(detour.exitWithin(LONG)).isZero();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void aLogThatCannotBeWrittenToIsSaidAtTheStart() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = launch("access: /nonexistent/access.log", origin)) {
      assertThat(detour.exitWithin(LONG)).isOne();
      assertThat(detour.err())
          .isEqualTo("detour: log.access: cannot be written to: /nonexistent/access.log\n");
    }
  }

  private static String request(String url) {
    return """
    GET %s HTTP/1.1
    Host: old.test:443
    Proxy-Authorization: Basic aHVzaA==
    Authorization: Bearer hush
    Cookie: hush

    """
        .formatted(url)
        .replace("\n", "\r\n");
  }

  private static String metrics(DetourProcess detour) throws IOException {
    String admin = NetUtil.toSocketAddressString(detour.adminAddress());
    try (InputStream page = URI.create("http://" + admin + "/metrics").toURL().openStream()) {
      return new String(page.readAllBytes(), UTF_8);
    }
  }

  private static void use(DetourProcess detour, String text) throws IOException {
    try (RawClient client = detour.client()) {
      client.send(
          "CONNECT old.test:443 HTTP/1.1\r\nHost: old.test:443\r\nUser-Agent: a \"b\"\r\n\r\n");
      assertThat(client.head().status()).isEqualTo(200);
      client.send(text);
      client.endOutput();
      assertThat(client.rest()).isEqualTo(text);
    }
  }

  private DetourProcess start(String log, TcpOrigin origin) throws IOException {
    return launch(log, origin).ready();
  }

  private DetourProcess launch(String log, TcpOrigin origin) throws IOException {
    Path rules =
        Files.writeString(
            folder.resolve("rules.yaml"),
            """
            version: 1
            rules:
              - name: moved
                match: { host: { exact: old.test } }
                action: rewrite
                targets: [ { to: "%s", allow: [loopback] } ]
                log: warn
            """
                .formatted(origin.authority()));
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"),
            """
            listen: "127.0.0.1:0"
            admin: { listen: "127.0.0.1:0" }
            log: { %s }
            """
                .formatted(log));
    return DetourProcess.start(
        folder, Map.of("DETOUR_CONFIG", file.toString(), "DETOUR_RULES", rules.toString()), "run");
  }

  private static List<JsonNode> lines(Path log) {
    try {
      return Files.readString(log, UTF_8).lines().map(JsonMapper.shared()::readTree).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
