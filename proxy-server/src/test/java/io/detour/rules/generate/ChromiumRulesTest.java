package io.detour.rules.generate;

import static io.detour.rules.generate.Example.exact;
import static io.detour.rules.generate.Example.rule;
import static io.detour.rules.generate.Example.rules;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.detour.Tool;
import io.detour.core.Host;
import io.detour.rules.generate.NameRules.NameEffect.LeftAlone;
import io.detour.rules.generate.NameRules.NameEffect.Pass;
import io.detour.rules.generate.NameRules.NameEffect.Reject;
import io.detour.rules.generate.NameRules.NameEffect.Rewrite;
import io.detour.rules.generate.NameRules.NamePattern;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ChromiumRulesTest {
  @TempDir private Path folder;

  @Test
  void constantTargetsAreMapped() {
    assertThat(ChromiumRules.of(Example.RULES).text())
        .isEqualTo(
            """
            # made by detour generate chromium from rules.yaml; 9 rules, 4 with notes
            # rule erp: 192.0.2.10 is an address, which is not looked up
            # rule erp: 2001:db8::10 is an address, which is not looked up
            # rule some-clients: only for clients in 10.20.0.0/16
            # rule old-zone: its target depends on the name: its names are left alone
            # rule numbered: a regex: the rules behind it decide on its names
            --host-resolver-rules="MAP erp.old.example.com erp.new.example.com,\
            MAP p.old.example.com p.new.example.com:8443,\
            MAP dead.example.com ~NOTFOUND,\
            MAP six.example.net [2001:db8::c],\
            MAP old.example.net flat.example.net,\
            MAP *.dead.example.com ~NOTFOUND,\
            MAP *.old.example.net flat.example.net"
            """);
  }

  @Test
  void randomNamesNeverGoToAWrongHost() {
    int mapped = 0;
    for (long seed = 500; seed < 900; seed++) {
      RandomRules random = new RandomRules(seed, false);
      NameRules rules = random.next();
      Generated generated = ChromiumRules.of(rules);
      for (int i = 0; i < 40; i++) {
        Host host = random.host();
        String got = ChromiumMapping.mapped(generated.text(), host.name());
        String expected = expected(rules, host);
        mapped += got.equals(expected) && !got.equals(host.name()) ? 1 : 0;
        if (!got.equals(expected)) {
          assertThat(got).as("%s of %s", host, generated.text()).isEqualTo(host.name());
          assertThat(generated.notes()).as(generated.text()).isNotEmpty();
        }
      }
    }
    assertThat(mapped).isGreaterThan(1_000);
  }

  private static String expected(NameRules rules, Host host) {
    return switch (RandomRules.decide(rules, host)) {
      case Pass _, LeftAlone _ -> host.name();
      case Reject _ -> "~NOTFOUND";
      case Rewrite rewrite ->
          rewrite.to() + (rewrite.port().isPresent() ? ":" + rewrite.port().getAsInt() : "");
    };
  }

  @Test
  @Timeout(90)
  void chromiumFollowsTheRules() throws Exception {
    Tool chromium = Tool.ofPackage("chromium", "chromium");
    HttpServer legacy = serve("legacy");
    HttpServer moved = serve("moved");
    try {
      String target = "127.0.0.1";
      OptionalInt port = OptionalInt.of(moved.getAddress().getPort());
      NameRules rules =
          rules(
              rule("keep", new Pass(), exact("sso.old.localhost")),
              rule(
                  "keep-all",
                  new Pass(),
                  NamePattern.suffix(Example.host("lab.old.localhost"), false)),
              rule("gone", new Reject(), exact("dead.old.localhost")),
              rule("erp", Example.to(target, port), exact("erp.localhost")),
              rule(
                  "zone",
                  Example.to(target, port),
                  NamePattern.suffix(Example.host("old.localhost"), false)));
      String option =
          ChromiumRules.of(rules)
              .text()
              .lines()
              .filter(line -> line.startsWith("--"))
              .findFirst()
              .orElseThrow();

      String page =
          chromium.run(
              folder,
              "--headless=new",
              "--no-sandbox",
              "--disable-gpu",
              "--no-proxy-server",
              "--user-data-dir=" + folder.resolve("profile"),
              "--timeout=30000",
              option.replace("\"", ""),
              "--dump-dom",
              "http://localhost:" + legacy.getAddress().getPort() + "/page");

      assertThat(page)
          .contains("sso.old.localhost=legacy;")
          .contains("a.lab.old.localhost=legacy;")
          .contains("dead.old.localhost=unreachable;")
          .contains("erp.localhost=moved;")
          .contains("a.b.old.localhost=moved;")
          .contains("old.localhost=legacy;");
    } finally {
      legacy.stop(0);
      moved.stop(0);
    }
  }

  /** Says who it is; its page asks several names the same and writes the answers down. */
  private static HttpServer serve(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean page = exchange.getRequestURI().getPath().equals("/page");
          byte[] body = (page ? PAGE : name).getBytes(UTF_8);
          exchange.getResponseHeaders().add("Access-Control-Allow-Origin", "*");
          exchange.getResponseHeaders().add("Content-Type", page ? "text/html" : "text/plain");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static final String PAGE =
      """
      <body><script>
      ["sso.old.localhost", "a.lab.old.localhost", "dead.old.localhost", "erp.localhost", "a.b.old.localhost",
       "old.localhost"].forEach(function (host) {
        var answer = "unreachable";
        try {
          var request = new XMLHttpRequest();
          request.open("GET", "http://" + host + ":" + location.port + "/", false);
          request.send();
          answer = request.responseText;
        } catch (e) {
        }
        document.body.appendChild(document.createTextNode(host + "=" + answer + ";"));
      });
      </script></body>
      """;
}
