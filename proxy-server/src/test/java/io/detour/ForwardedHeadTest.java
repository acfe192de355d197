package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.HttpOrigin.Asked;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the origin gets of a request's head, and the client of a response's. */
@Timeout(60)
class ForwardedHeadTest {
  private static final String PSEUDONYM = "1\\.[01] detour-[0-9a-f]{8}";

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @SuppressWarnings("NullAway.Init")
  private HttpOrigin origin;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
    origin = HttpOrigin.start();
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    origin.close();
  }

  /** Sends a request and returns what came of it. */
  private Asked forwarded(String request) throws IOException {
    try (RawClient client = proxy.client()) {
      ResponseHead answer = client.send(request).head();
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }
    return origin.asked().getLast();
  }

  @ParameterizedTest(name = "F01: {0} has the Host of its target")
  @CsvSource({"1.1,Host: evil.test", "1.1,Host: 127.0.0.1:1", "1.0,X: y", "1.0,Host: evil.test"})
  void hostIsThatOfTheTarget(String version, String line) throws IOException {
    Asked request =
        forwarded(
            "GET http://" + origin.authority() + "/ HTTP/" + version + "\r\n" + line + "\r\n\r\n");

    assertThat(request.field("host")).containsExactly(origin.authority());
    assertThat(request.line()).isEqualTo("GET / HTTP/1.1");
  }

  @ParameterizedTest(name = "W09: with host_header {0} the origin is asked for {1}")
  @CsvSource({"rewrite,localhost", "preserve,legacy.test"})
  void aRewrittenRequestHasTheHostThatTheRuleSays(String option, String host) throws IOException {
    String rules =
        """
        version: 1
        rules:
          - name: led
            match: { host: { exact: legacy.test } }
            action: rewrite
            to: localhost
            host_header: %s
        """
            .formatted(option);
    try (RunningServer ruled = RunningServer.start(rules);
        RawClient client = ruled.client()) {
      client.send(
          "GET http://legacy.test:"
              + origin.port()
              + "/a//b?c=%2f HTTP/1.1\r\nHost: legacy.test\r\n\r\n");

      assertThat(client.head().status()).isEqualTo(200);
    }
    assertThat(origin.asked()).hasSize(1);
    assertThat(origin.asked().getFirst().line()).isEqualTo("GET /a//b?c=%2f HTTP/1.1");
    assertThat(origin.asked().getFirst().field("host")).containsExactly(host + ":" + origin.port());
  }

  @ParameterizedTest(name = "F03: {0} {1} asks for {2}")
  @CsvSource({
    "GET,'',/",
    "GET,/,/",
    "GET,?,/?",
    "GET,?q,/?q",
    "GET,//,//",
    "GET,/a%2fb%2F,/a%2fb%2F",
    "GET,/a/../b/./c,/a/../b/./c",
    "GET,/a;b=c,/a;b=c",
    "GET,/?a?b/c,/?a?b/c",
    "GET,/%00%0d%0a,/%00%0d%0a",
    "GET,/|^{}\"<>\\`,/|^{}\"<>\\`",
    "GET,//evil.test/,//evil.test/",
    "GET,/http://evil.test/,/http://evil.test/",
    "OPTIONS,'',*",
    "OPTIONS,/,/",
    "OPTIONS,?q,/?q"
  })
  void pathAndQueryAreByteExact(String method, String sent, String received) throws IOException {
    assertThat(forwarded(origin.request(method, sent, "")).line())
        .isEqualTo(method + " " + received + " HTTP/1.1");
  }

  @Test
  @DisplayName("F04: what is about one connection only is not passed on")
  void fieldsOfTheConnectionAreRemoved() throws IOException {
    Asked request =
        forwarded(
            origin.request(
                "GET",
                "/",
                """
                Connection: X-Foo, keep-alive, TE, Upgrade\r
                connection: x-bar\r
                X-Foo: 1\r
                X-Bar: 2\r
                X-Kept: 3\r
                Keep-Alive: timeout=5\r
                Proxy-Connection: keep-alive\r
                TE: trailers\r
                Upgrade: websocket\r
                HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r
                """));

    assertThat(request.head())
        .matches("GET / HTTP/1\\.1\r\nHost: [^\r]+\r\nX-Kept: 3\r\nVia: " + PSEUDONYM + "\r\n\r\n");
  }

  @Test
  @DisplayName("F04: the response loses the same")
  void fieldsOfTheConnectionAreRemovedFromResponses() throws IOException {
    try (HttpOrigin chatty =
            HttpOrigin.answering(
                request ->
                    """
                    HTTP/1.1 200 Fine\r
                    Connection: X-Foo, keep-alive\r
                    X-Foo: 1\r
                    Keep-Alive: timeout=5\r
                    Proxy-Connection: keep-alive\r
                    Proxy-Authenticate: Basic realm=x\r
                    Upgrade: h2c\r
                    X-Kept: 3\r
                    Via: 1.0 fred\r
                    Content-Length: 0\r
                    \r
                    """);
        RawClient client = proxy.client()) {
      client.send(chatty.request("GET", "/", ""));

      assertThat(client.head().text())
          .matches(
              "HTTP/1\\.1 200 Fine\r\nX-Kept: 3\r\nVia: 1\\.0 fred, "
                  + PSEUDONYM
                  + "\r\nContent-Length: 0\r\n\r\n");
    }
  }

  @Test
  @DisplayName("F05: Connection cannot take away what makes another message")
  void connectionCannotNominateEverything() throws IOException {
    Asked request =
        forwarded(
            origin.request(
                    "POST",
                    "/",
                    """
                    Connection: host, content-length, via, authorization, cookie\r
                    Via: 1.0 fred\r
                    Authorization: Basic eA==\r
                    Cookie: a=b\r
                    Content-Length: 5\r
                    """)
                + "12345");

    assertThat(request.body()).isEqualTo("12345");
    assertThat(request.field("host")).containsExactly(origin.authority());
    assertThat(request.field("content-length")).containsExactly("5");
    assertThat(request.field("authorization")).containsExactly("Basic eA==");
    assertThat(request.field("cookie")).containsExactly("a=b");
    assertThat(request.field("via")).singleElement().asString().startsWith("1.0 fred, 1.1 detour-");
  }

  @Test
  @DisplayName("F06: credentials for the proxy do not go further")
  void proxyAuthorizationIsNotForwarded() throws IOException {
    Asked request =
        forwarded(origin.request("GET", "/", "pRoXy-AuThOrIzAtIoN: Basic c2VjcmV0\r\n"));

    assertThat(request.head()).doesNotContainIgnoringCase("authorization", "c2VjcmV0");
  }

  @Test
  @DisplayName("F07: Via has the version that was received")
  void viaHasTheVersionThatWasReceived() throws IOException {
    Asked old = forwarded("GET http://" + origin.authority() + "/ HTTP/1.0\r\nVia: 1.1 a\r\n\r\n");

    assertThat(old.field("via")).singleElement().asString().matches("1\\.1 a, 1\\.0 detour-.{8}");
  }

  @Test
  @DisplayName("F08: a request that has passed this proxy before is refused")
  void aLoopIsRefused() throws IOException {
    String via = forwarded(origin.request("GET", "/", "")).field("via").getFirst();
    try (RawClient client = proxy.client()) {
      client.send(
          origin.request("GET", "/again", "Via: 1.0 other, " + via + " (x)\r\nVia: 1.1 z\r\n"));

      ResponseHead answer = client.head();
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.field("Proxy-Status")).contains("error=proxy_loop_detected");
    }
    assertThat(origin.asked()).hasSize(1);
  }

  @ParameterizedTest(name = "F09: {0} with Max-Forwards 0 is answered here with {1}")
  @CsvSource({"OPTIONS,200", "TRACE,405"})
  void theLastProxyAnswers(String method, int status) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(origin.request(method, "/secret", "Max-Forwards: 0\r\n"));
      ResponseHead answer = client.head();
      assertThat(answer.status()).isEqualTo(status);
      String body = client.read(Integer.parseInt(answer.field("Content-Length")));
      assertThat(answer.text() + body).doesNotContain("secret");

      client.send(origin.request("GET", "/next", ""));
      assertThat(client.head().status()).as("the connection goes on").isEqualTo(200);
    }
    assertThat(origin.asked()).hasSize(1);
  }

  @Test
  @DisplayName("F09: an answer from here to a request with content is the last")
  void anAnswerFromHereDoesNotReadContent() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(origin.request("OPTIONS", "/", "Max-Forwards: 0\r\nContent-Length: 50\r\n"));

      ResponseHead answer = client.head();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.field("Connection")).isEqualTo("close");
      assertThat(client.send("GET http://h/ HTTP/1.1\r\n\r\n").rest()).isEmpty();
    }
    assertThat(origin.accepted()).isZero();
  }

  @ParameterizedTest(name = "F09: {0} with Max-Forwards {1} arrives with {2}")
  @CsvSource({"OPTIONS,1,0", "TRACE,10,9", "GET,0,0", "OPTIONS,99999999999,99999999999"})
  void maxForwardsIsCountedDown(String method, String sent, String received) throws IOException {
    assertThat(
            forwarded(origin.request(method, "/", "Max-Forwards: " + sent + "\r\n"))
                .field("max-forwards"))
        .containsExactly(received);
  }

  @ParameterizedTest(name = "F09: Max-Forwards \"{0}\" is refused")
  @ValueSource(strings = {"", "-1", "+1", "1, 2", "1\r\nMax-Forwards: 1", "x"})
  void maxForwardsIsOneNumber(String value) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(origin.request("OPTIONS", "/", "Max-Forwards: " + value + "\r\n"));

      assertThat(client.head().status()).isEqualTo(400);
    }
    assertThat(origin.accepted()).isZero();
  }
}
