package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

/** {@code detour run} as a process with a configuration file. */
@Timeout(90)
class RunConfigurationIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String RULES =
      """
      version: 1
      rules:
        - name: moved
          match: { host: { exact: [old.test] } }
          action: rewrite
          to: localhost
      """;

  @TempDir private Path folder;

  @Test
  @Execution(CONCURRENT)
  void theFileSetsListenersRulesAndTimeouts() throws Exception {
    Path conf = Files.createDirectory(folder.resolve("conf"));
    Files.writeString(conf.resolve("moved.yaml"), RULES);
    Path file =
        Files.writeString(
            conf.resolve("detour.yaml"),
            """
            listen: ["127.0.0.1:0", "127.0.0.1:0"]
            admin: { listen: "127.0.0.1:0" }
            rules: [moved.yaml]
            timeouts: { head: 300ms }
            """
                + DetourProcess.OPEN_ACCESS);
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour =
            DetourProcess.start(folder, Map.of("DETOUR_CONFIG", file.toString()), "run").ready();
        RawClient client = RawClient.connect(detour.addresses().getLast());
        RawClient silent = detour.client()) {
      assertThat(detour.addresses()).hasSize(2);
      assertThat(client.tunnel("old.test:" + origin.port()).field("Proxy-Status"))
          .isEqualTo("detour; next-hop=\"localhost:" + origin.port() + "\"");
      assertThat(silent.rest()).isEmpty();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void theModeLimitsRulesOfSeveralFilesAndWarningsAreLogged() throws Exception {
    Path more = Files.createDirectory(folder.resolve("rules.d"));
    Path moved = Files.writeString(more.resolve("10-moved.yaml"), RULES);
    Path gone =
        Files.writeString(
            folder.resolve("gone.yaml"),
            """
            version: 1
            rules: [{ name: gone, match: { host: { exact: localhost } }, action: reject }]
            """);
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour =
            DetourProcess.start(
                    folder,
                    Map.of("DETOUR_MODE", "report"),
                    "run",
                    "--listen=127.0.0.1:0",
                    "--admin-listen=127.0.0.1:0",
                    "--rules=" + gone,
                    "--rules=" + more)
                .ready();
        RawClient client = detour.client()) {
      assertThat(client.tunnel("localhost:" + origin.port()).status()).isEqualTo(200);

      await().atMost(LONG).until(() -> detour.err().contains("serving on "));
      assertThat(detour.err())
          .contains(
              ", 2 rules, mode report, relay auto",
              gone + ": warning: ",
              moved + ":3:5: warning: ");
      await()
          .atMost(LONG)
          .until(() -> detour.out().contains("rule=gone action=reject mode=report target="));
    }
  }

  @Test
  @Execution(CONCURRENT)
  void theDemoUsesItsExampleRulesInsteadOfThoseOfTheFile() throws Exception {
    Files.writeString(folder.resolve("moved.yaml"), RULES);
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"),
            """
            listen: "127.0.0.1:0"
            admin: { listen: "127.0.0.1:0" }
            rules: [moved.yaml]
            """
                + DetourProcess.OPEN_ACCESS);
    try (TcpOrigin origin = TcpOrigin.echo()) {
      String moved = "old.test:" + origin.port();
      List<String> command = new ArrayList<>(List.of("run", "--demo", "-c", file.toString()));
      assertThat(status("dead.example.com:443", command)).isEqualTo(403);

      command.addAll(List.of("--rules", folder.resolve("moved.yaml").toString()));
      assertThat(status(moved, command)).isEqualTo(200);
    }
  }

  /** What a client is answered that asks for a tunnel. */
  private int status(String target, List<String> command) throws Exception {
    try (DetourProcess detour =
            DetourProcess.start(folder, Map.of(), command.toArray(String[]::new)).ready();
        RawClient client = detour.client()) {
      return client.tunnel(target).status();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void theDemoNeedsAListenerOfTheProxy() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"),
            "listen: []\nforward: [{ listen: '127.0.0.1:0', to: 'x.invalid:1' }]\n");
    try (DetourProcess detour =
        DetourProcess.start(folder, Map.of(), "run", "--demo", "-c", file.toString())) {
      assertThat(detour.exitWithin(LONG)).isEqualTo(1);
      assertThat(detour.err())
          .isEqualTo("detour: --demo: \"listen\" has no ADDRESS:PORT (expected: at least one)\n");
    }
  }

  @Test
  @Execution(CONCURRENT)
  void thereAreAsManyEventLoopsAsAskedFor() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"), "threads: 2\n" + DetourProcess.OPEN_ACCESS);
    List<RawClient> clients = new ArrayList<>();
    try (DetourProcess detour =
        DetourProcess.start(
                folder,
                Map.of(),
                "run",
                "-c",
                file.toString(),
                "--threads=3",
                "--listen=127.0.0.1:0",
                "--admin-listen=127.0.0.1:0")
            .ready()) {
      for (int i = 0; i < 7; i++) {
        clients.add(detour.client());
        clients.getLast().send("CONNECT x.invalid:1 HTTP/1.1\r\nHost: x.invalid:1\r\n\r\n");
        assertThat(clients.getLast().rest()).startsWith("HTTP/1.1 502 ");
      }
      await().atMost(LONG).untilAsserted(() -> assertThat(detour.threads("loop-")).isEqualTo(3));
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  @Tag("R02")
  @Execution(CONCURRENT)
  void aFileWithProblemsKeepsItFromStarting() throws Exception {
    Path file =
        Files.writeString(folder.resolve("detour.yaml"), "thread: 2\nlog: { level: loud }\n");
    try (DetourProcess detour =
        DetourProcess.start(folder, Map.of(), "run", "--config", file.toString())) {
      assertThat(detour.exitWithin(LONG)).isEqualTo(1);
      assertThat(detour.err().lines())
          .containsExactly(
              file + ":1:1: unknown key \"thread\" (did you mean \"threads\"?)",
              file + ":2:15: level: \"loud\" (expected: error, warn, info, debug, trace)",
              "detour: the configuration has problems, so nothing was started");
      assertThat(detour.out()).isEmpty();
    }
  }

  @Test
  @Execution(CONCURRENT)
  void theFileSetsLimitsNamesPortsAndPatience() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("detour.yaml"),
            """
            listen: [{ address: "127.0.0.1:0", backlog: 7, reuse_port: true }]
            admin: { listen: "127.0.0.1:0", hosts: [detour.example] }
            access:
              connect_ports: any
              forward_ports: [%d]
              strict_host: true
              destinations: { deny: [] }
            limits: { tunnels_per_client: 3, head: 2KiB, target: 1KiB, fields: 5 }
            timeouts: { body: 400ms, response: 500ms, http_keep_alive: 300ms }
            resolver: { hosts: { silent.example: 127.0.0.1 } }
            """);
    try (TcpOrigin silent =
        TcpOrigin.start(connection -> connection.getInputStream().readAllBytes())) {
      Files.writeString(file, Files.readString(file).formatted(silent.port()));
      try (DetourProcess detour =
          DetourProcess.start(folder, Map.of("DETOUR_CONFIG", file.toString()), "run").ready()) {
        String target = "silent.example:" + silent.port();
        String line = " http://" + target + "/ HTTP/1.1\r\nHost: " + target + "\r\n";

        assertThat(status(detour, RawClient.connectHead(target))).isEqualTo(200);
        assertThat(status(detour, "GET" + line + "\r\n")).as("timeouts.response").isEqualTo(504);
        assertThat(status(detour, "POST" + line + "Content-Length: 9\r\n\r\n"))
            .as("timeouts.body")
            .isEqualTo(408);
        assertThat(status(detour, "GET" + line + "A: b\r\n".repeat(5) + "\r\n"))
            .as("limits.fields")
            .isEqualTo(431);
        assertThat(status(detour, "GET" + line + "A: " + "b".repeat(2048) + "\r\n\r\n"))
            .as("limits.head")
            .isEqualTo(431);
        assertThat(status(detour, RawClient.connectHead("a".repeat(1200) + ":443")))
            .as("limits.target")
            .isEqualTo(414);
        assertThat(
                status(
                    detour, "GET http://silent.example/ HTTP/1.1\r\nHost: silent.example\r\n\r\n"))
            .as("access.forward_ports")
            .isEqualTo(403);
        assertThat(status(detour, "GET" + line.replace("Host: silent", "Host: other") + "\r\n"))
            .as("access.strict_host")
            .isEqualTo(400);
        assertIdleClientsAreClosed(detour, line);
        assertThreeClientsAreServed(detour);
        assertTheListenerIs(detour, 7);
        assertAdminHosts(detour);
      }
    }
  }

  private static int status(DetourProcess detour, String request) throws Exception {
    try (RawClient client = detour.client()) {
      return client.send(request).head().status();
    }
  }

  /** A refusal that leaves the connection in step, and then nothing more. */
  private static void assertIdleClientsAreClosed(DetourProcess detour, String line)
      throws Exception {
    try (RawClient client = detour.client()) {
      ResponseHead answer = client.send("GET" + line + "\r\n").head();
      assertThat(answer.field("Connection")).isEmpty();
      assertThat(client.rest()).hasSize(Integer.parseInt(answer.field("Content-Length")));
    }
  }

  private static void assertThreeClientsAreServed(DetourProcess detour) throws Exception {
    await("the clients before are gone")
        .atMost(LONG)
        .until(() -> metric(detour, "detour_listener_connections_open{") == 0);
    List<RawClient> served = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        served.add(detour.client().send("CONNECT "));
      }
      await()
          .atMost(LONG)
          .until(() -> metric(detour, "detour_listener_connections_open{") == served.size());
      assertThat(status(detour, "")).isEqualTo(429);
      for (RawClient client : served) {
        client.send("nonsense\r\n\r\n");
        assertThat(client.head().status()).isEqualTo(400);
      }
    } finally {
      for (RawClient client : served) {
        client.close();
      }
    }
  }

  private static double metric(DetourProcess detour, String start) throws Exception {
    try (RawClient admin = RawClient.connect(detour.adminAddress())) {
      admin.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      return admin
          .rest()
          .lines()
          .filter(line -> line.startsWith(start))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    }
  }

  private void assertTheListenerIs(DetourProcess detour, int backlog) throws Exception {
    int port = detour.addresses().getFirst().getPort();
    assertThat(Tool.ofPackage("ss", "iproute2").run(folder, "-Hltn", "sport = :" + port))
        .as("one socket for each event loop")
        .matches("(?s)(LISTEN +[0-9]+ +" + backlog + " .*\n)+");
  }

  private static void assertAdminHosts(DetourProcess detour) throws Exception {
    for (String host : List.of("detour.example", "other.example")) {
      try (RawClient admin = RawClient.connect(detour.adminAddress())) {
        admin.send("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        assertThat(admin.head().status() == 200).as(host).isEqualTo(host.startsWith("detour"));
      }
    }
  }
}
