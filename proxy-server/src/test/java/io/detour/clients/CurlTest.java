package io.detour.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** curl through the proxy. */
@Timeout(60)
class CurlTest {
  /** Nothing in it may be decoded, merged or encoded on the way. */
  private static final String ODD_TARGET = "/a%2Fb//c/./d;e=1/%7e?q=%20&r=?&s=a+b%00";

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private RenamedHosts hosts;

  @SuppressWarnings("NullAway.Init")
  private String[] options;

  @SuppressWarnings("NullAway.Init")
  private Tool curl;

  @BeforeEach
  void start() throws Exception {
    Tool installed = Tool.ofPackage("curl", "curl");
    hosts = RenamedHosts.start(folder);
    options =
        new String[] {
          "--silent",
          "--show-error",
          "--fail",
          "--max-time",
          "20",
          "--path-as-is",
          "--noproxy",
          "",
          "--proxy",
          "http://" + hosts.proxyAuthority(),
          "--cacert",
          hosts.authority().toString()
        };
    curl = installed.with("--disable").with(options);
  }

  @AfterEach
  void stop() throws Exception {
    hosts.close();
  }

  @ParameterizedTest(name = "F03, W08, W09: curl {0} gets a page over {1}")
  @CsvSource({
    "--http1.0, HTTP",
    "--http1.1, HTTP",
    "--no-alpn, HTTPS",
    "--http1.1, HTTPS",
    "--http2, HTTPS"
  })
  @Execution(CONCURRENT)
  void getsAPage(String version, Scheme scheme) throws Exception {
    assertThat(got(version, hosts.url(scheme, "app", ODD_TARGET))).isEqualTo(Pages.PAGE);

    hosts.assertAskedOnce(scheme, "app", "GET", ODD_TARGET);
  }

  @ParameterizedTest(name = "curl gets a body of {1} over {0}")
  @CsvSource({
    "HTTP, /large",
    "HTTP, /chunked",
    "HTTP, /slow",
    "HTTPS, /large",
    "HTTPS, /chunked",
    "HTTPS, /slow"
  })
  @Execution(CONCURRENT)
  void getsAWholeBody(Scheme scheme, String path) throws Exception {
    byte[] got = got(hosts.url(scheme, "app", path));

    assertThat(RenamedHosts.sha256(got)).isEqualTo(RenamedHosts.sha256(Pages.body(path)));
    hosts.assertAskedOnce(scheme, "app", "GET", path);
  }

  @Test
  @DisplayName("F22: curl as an HTTP/1.0 client gets a chunked body without its chunks")
  @Execution(CONCURRENT)
  void anOldClientGetsAChunkedBody() throws Exception {
    byte[] got = got("--http1.0", hosts.url(Scheme.HTTP, "app", Pages.CHUNKED));

    assertThat(RenamedHosts.sha256(got)).isEqualTo(RenamedHosts.sha256(Pages.CHUNKED_BODY));
  }

  @Test
  @DisplayName(
      "W08: curl --proxytunnel takes plain HTTP through a tunnel, where nobody rewrites Host")
  @Execution(CONCURRENT)
  void tunnelsPlainHttp() throws Exception {
    assertThat(got("--proxytunnel", hosts.url(Scheme.HTTP, "app", "/page"))).isEqualTo(Pages.PAGE);

    RequestHead head = hosts.forwarded().getFirst();
    assertThat(head.values("Host"))
        .containsExactly("app.old.example.com:" + hosts.port(Scheme.HTTP));
    assertThat(head.names()).noneMatch(name -> name.startsWith("proxy-") || name.equals("via"));
    hosts.assertLogged(Scheme.HTTP, "app");
  }

  @ParameterizedTest(name = "curl uploads over {0} when it is told to continue")
  @EnumSource(Scheme.class)
  @Execution(CONCURRENT)
  void uploadsWhenToldToContinue(Scheme scheme) throws Exception {
    Path file = Files.write(folder.resolve("upload"), Pages.bytes(3 << 20));

    got(
        "--request",
        "PUT",
        "--header",
        "Content-Type: application/octet-stream",
        "--header",
        "Expect: 100-continue",
        "--expect100-timeout",
        "15",
        "--max-time",
        "10",
        "--data-binary",
        "@" + file,
        hosts.url(scheme, "app", "/upload"));

    hosts.assertAskedOnce(scheme, "app", "PUT", "/upload");
    assertUploaded(file);
  }

  @ParameterizedTest(name = "curl uploads over {0} in chunks")
  @EnumSource(Scheme.class)
  @Execution(CONCURRENT)
  void uploadsInChunks(Scheme scheme) throws Exception {
    Path file = Files.write(folder.resolve("upload"), Pages.bytes(3 << 20));

    got(
        "--header",
        "Transfer-Encoding: chunked",
        "--upload-file",
        file.toString(),
        hosts.url(scheme, "app", "/upload"));

    hosts.assertAskedOnce(scheme, "app", "PUT", "/upload");
    assertUploaded(file);
  }

  private void assertUploaded(Path file) throws Exception {
    byte[] body = hosts.pages().requests().getFirst().getBody();
    assertThat(RenamedHosts.sha256(body)).isEqualTo(RenamedHosts.sha256(Files.readAllBytes(file)));
  }

  @ParameterizedTest(
      name = "F19: curl asks for a head over {0}, then for the body on the same connection")
  @EnumSource(Scheme.class)
  @Execution(CONCURRENT)
  void asksForAHead(Scheme scheme) throws Exception {
    String url = hosts.url(scheme, "app", Pages.LARGE);
    Path body = folder.resolve("body");

    String head =
        curl.with("--http1.1", "--head", url, "--next", "--http1.1")
            .with(options)
            .run(folder, "--output", body.toString(), url);

    assertThat(head).containsIgnoringCase("content-length: " + Pages.LARGE_BODY.length);
    assertThat(Files.size(body)).isEqualTo(Pages.LARGE_BODY.length);
    assertThat(hosts.proxy().conversations()).hasSize(1);
    assertThat(hosts.origin(scheme).conversations()).hasSize(1);
  }

  @ParameterizedTest(name = "curl gets a part over {0}")
  @EnumSource(Scheme.class)
  @Execution(CONCURRENT)
  void getsAPart(Scheme scheme) throws Exception {
    byte[] part =
        got(
            "--range",
            Pages.PART_FIRST + "-" + Pages.PART_LAST,
            hosts.url(scheme, "app", Pages.LARGE));

    assertThat(part).isEqualTo(Pages.part());
    hosts.assertAskedOnce(scheme, "app", "GET", Pages.LARGE);
  }

  @Test
  @DisplayName("F24, W09: curl asks two hosts on one connection to the proxy")
  @Execution(CONCURRENT)
  void twoHostsShareAConnectionToTheProxy() throws Exception {
    getAll(hosts.url(Scheme.HTTP, "app", "/one"), hosts.url(Scheme.HTTP, "cdn", "/two"));

    assertThat(hosts.proxy().conversations()).hasSize(1);
    assertThat(hosts.origin(Scheme.HTTP).conversations()).hasSize(2);
    assertThat(hosts.forwarded()).hasSize(2);
    hosts.assertForwarded(hosts.forwarded().get(0), "app", "GET", "/one");
    hosts.assertForwarded(hosts.forwarded().get(1), "cdn", "GET", "/two");
  }

  @Test
  @DisplayName("F24: curl asks one host five times, on one connection each way")
  @Execution(CONCURRENT)
  void oneHostIsAskedOnOneConnection() throws Exception {
    String url = hosts.url(Scheme.HTTP, "app", "/");
    getAll(url + "1", url + "2", url + "3", url + "4", url + "5");

    assertThat(hosts.proxy().conversations()).hasSize(1);
    assertThat(hosts.origin(Scheme.HTTP).conversations()).hasSize(1);
    assertThat(hosts.forwarded().stream().map(RequestHead::target))
        .containsExactly("/1", "/2", "/3", "/4", "/5");
  }

  @Test
  @DisplayName("F07: curl is told by Via that a proxy answered")
  @Execution(CONCURRENT)
  void theAnswerHasVia() throws Exception {
    String head = curl.run(folder, "--head", hosts.url(Scheme.HTTP, "app", "/page"));

    assertThat(head.lines().filter(line -> line.regionMatches(true, 0, "via:", 0, 4)))
        .singleElement()
        .asString()
        .matches("(?i)via: 1\\.1 \\S+");
  }

  @Test
  @DisplayName("W09: a rule keeps the Host of curl's request")
  @Execution(CONCURRENT)
  void aRuleKeepsTheHost() throws Exception {
    got(hosts.url(Scheme.HTTP, "shy", "/page"));

    assertThat(hosts.forwarded().getFirst().values("Host"))
        .containsExactly("shy.old.example.com:" + hosts.port(Scheme.HTTP));
  }

  @Test
  @DisplayName("F01: the Host that curl is made to send is not the one that is asked")
  @Execution(CONCURRENT)
  void anotherHostIsNotBelieved() throws Exception {
    got("--header", "Host: evil.example.com", hosts.url(Scheme.HTTP, "app", "/page"));

    hosts.assertAskedOnce(Scheme.HTTP, "app", "GET", "/page");
  }

  /** What it downloads with these arguments. */
  private byte[] got(String... arguments) throws Exception {
    Path body = folder.resolve("body");
    curl.with("--output", body.toString()).run(folder, arguments);
    return Files.readAllBytes(body);
  }

  /** Downloads pages one after another. */
  private void getAll(String... urls) throws Exception {
    List<String> arguments = new ArrayList<>();
    for (String url : urls) {
      Path body = Files.createTempFile(folder, "body", null);
      arguments.addAll(List.of("--output", body.toString(), url));
    }
    curl.run(folder, arguments.toArray(String[]::new));
  }
}
