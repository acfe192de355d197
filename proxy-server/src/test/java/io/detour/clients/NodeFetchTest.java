package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Node's {@code fetch} through the proxy, with the proxy agents of undici, of which Node's {@code
 * fetch} is a part. {@code ProxyAgent} tunnels everything. {@code http.request} is told to use
 * absolute-form, as the agents of other packages do.
 */
@Timeout(60)
class NodeFetchTest {
  private static final Path PACKAGES = Path.of("target", "node", "node_modules");

  private static final String FETCH =
      """
      const { createHash } = require("node:crypto");
      const { ProxyAgent, fetch } = require("undici");
      const [proxy, url] = process.argv.slice(2);

      const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
      const dispatcher = new ProxyAgent(proxy);
      (async () => {
        const large = await fetch(url + "/large?a=%2F", { dispatcher });
        console.log(sha256(Buffer.from(await large.arrayBuffer())));
        const many = await Promise.all([1, 2, 3, 4, 5].map((i) => fetch(url + "/" + i, { dispatcher })));
        console.log(many.map((response) => response.status).join(" "));
        await Promise.all(many.map((response) => response.arrayBuffer()));
        await dispatcher.close();
      })();
      """;

  private static final String REQUEST =
      """
      const { createHash } = require("node:crypto");
      const http = require("node:http");
      const [proxy, url] = process.argv.slice(2);

      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      const { hostname, port } = new URL(proxy);
      const host = new URL(url).host;
      const get = (path, then) =>
        http.get({ agent, hostname, port, path: url + path, headers: { host } }, (response) => {
          const hash = createHash("sha256");
          response.on("data", (bytes) => hash.update(bytes));
          response.on("end", () => {
            console.log(hash.digest("hex"));
            then();
          });
        });
      get("/large?a=%2F", () => get("/chunked", () => agent.destroy()));
      """;

  @TempDir private Path folder;

  @ParameterizedTest(name = "W08: fetch with undici''s ProxyAgent gets pages over {0}")
  @EnumSource(Scheme.class)
  void fetchesWithAProxyAgent(Scheme scheme) throws Exception {
    assumeTrue(
        Files.isDirectory(PACKAGES),
        "undici is not installed (npm ci in proxy-server/target/node, as .ci/run does); skipped");
    try (RenamedHosts hosts = RenamedHosts.start(folder)) {
      String printed = run(FETCH, hosts, scheme);

      assertThat(printed.lines())
          .containsExactly(RenamedHosts.sha256(Pages.LARGE_BODY), "200 200 200 200 200");
      assertThat(hosts.pages().requests()).hasSize(6);
      assertThat(hosts.pages().requests().getFirst().getUrl()).isEqualTo("/large?a=%2F");
      assertThat(hosts.proxy().conversations()).allMatch(Conversation::tunnelled);
      if (scheme == Scheme.HTTPS) {
        hosts.assertTunnelled("app");
      }
      hosts.assertLogged(scheme, "app");
    }
  }

  @Test
  @DisplayName("W09, F24: Node's http module gets pages in absolute-form, on one connection")
  void requestsInAbsoluteForm() throws Exception {
    try (RenamedHosts hosts = RenamedHosts.start(folder)) {
      String printed = run(REQUEST, hosts, Scheme.HTTP);

      assertThat(printed.lines())
          .containsExactly(
              RenamedHosts.sha256(Pages.LARGE_BODY), RenamedHosts.sha256(Pages.CHUNKED_BODY));
      assertThat(hosts.proxy().conversations()).hasSize(1);
      assertThat(hosts.forwarded()).hasSize(2);
      hosts.assertForwarded(hosts.forwarded().getFirst(), "app", "GET", "/large?a=%2F");
      hosts.assertForwarded(hosts.forwarded().getLast(), "app", "GET", "/chunked");
      hosts.assertLogged(Scheme.HTTP, "app");
    }
  }

  private String run(String program, RenamedHosts hosts, Scheme scheme) throws Exception {
    Path script = Files.writeString(folder.resolve("client.js"), program);
    return Tool.ofPackage("node", "nodejs")
        .with(
            Map.of(
                "NODE_PATH", PACKAGES.toAbsolutePath().toString(),
                "NODE_EXTRA_CA_CERTS", hosts.authority().toString()))
        .run(
            folder,
            script.toString(),
            "http://" + hosts.proxyAuthority(),
            hosts.url(scheme, "app", ""));
  }
}
