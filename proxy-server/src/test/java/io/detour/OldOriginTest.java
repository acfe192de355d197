package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.HttpOrigin.Asked;
import io.detour.config.ConfigurationKey;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What old origins and their clients send, and what the other side gets of it. */
@Timeout(60)
class OldOriginTest {
  /** One rule rewrites, one passes, one only reports; all of them would be lenient. */
  private static final String LENIENT =
      """
      version: 1
      rules:
        - name: moved
          match: { host: { exact: old.test } }
          action: rewrite
          targets: [{ to: 127.0.0.1, allow: [loopback] }]
          responses: lenient
        - name: reported
          match: { host: { exact: 127.0.0.1 }, port: %d }
          action: pass
          responses: lenient
          mode: %s
      """;

  private static String unescaped(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
  }

  @ParameterizedTest(name = "{0} is passed on as {1}")
  @CsvSource(
      delimiter = '>',
      value = {
        "Q04: A : b\\r\\nContent-Length: 5\\r\\n\\r\\nhello > A: b\\r\\n",
        "Q04: Set-Cookie\\t: b\\r\\nContent-Length: 5\\r\\n\\r\\nhello > Set-Cookie: b\\r\\n",
        "Q05: Transfer-Encoding: chunked\\r"
            + "\\n"
            + "\\r"
            + "\\n"
            + "5  \\r"
            + "\\n"
            + "hello\\r"
            + "\\n"
            + "0 \\r"
            + "\\n"
            + "\\r"
            + "\\n"
            + " > 5\\r"
            + "\\n"
            + "hello",
        "Q05: Transfer-Encoding: chunked\\r\\n\\r\\n0005 \\r\\nhello\\r\\n0000\\r\\n\\r\\n >"
            + " 5\\r\\nhello\\r\\n0\\r\\n\\r\\n",
      })
  void slipsThatHarmNobodyAreRepaired(String response, String expected) throws IOException {
    String answer = "HTTP/1.1 200 OK\r\n" + unescaped(response.substring("Q04: ".length()));
    try (HttpOrigin origin = HttpOrigin.answering(request -> answer);
        RunningServer proxy = RunningServer.withoutRules();
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", "Connection: close\r\n"));

      assertThat(client.rest()).startsWith("HTTP/1.1 200 OK\r\n").contains(unescaped(expected));
    }
  }

  @ParameterizedTest(name = "Q20: {0} is passed on as {1}")
  @CsvSource(
      delimiter = '>',
      value = {
        "HTTP/1.1 200 OK\\nA: b\\nContent-Length: 5\\n\\nhello  > HTTP/1.1 200 OK\\r\\nA: b\\r\\n",
        "HTTP/1.1 200 OK\\r\\nA: b\\r\\n  c\\r\\nContent-Length: 5\\r\\n\\r\\nhello >"
            + " HTTP/1.1 200 OK\\r\\nA: b c\\r\\n",
        "HTTP/1.1 999 No\\r\\nA: b\\r\\nContent-Length: 5\\r\\n\\r\\nhello >"
            + " HTTP/1.1 999 No\\r\\nA: b\\r\\n",
        "HTTP/1.1 200 OK\\nTransfer-Encoding: chunked\\n\\n5\\nhello\\n0\\n\\n >"
            + " \\r\\n\\r\\n5\\r\\nhello\\r\\n0\\r\\n\\r\\n",
      })
  void aLenientRuleTakesThem(String response, String expected) throws IOException {
    try (HttpOrigin origin = HttpOrigin.answering(request -> unescaped(response));
        RunningServer proxy = RunningServer.start(LENIENT.formatted(origin.port(), "enforce"))) {
      for (String host : List.of("old.test:" + origin.port(), origin.authority())) {
        assertThat(answer(proxy, host)).as(host).contains(unescaped(expected));
      }
    }
    try (HttpOrigin origin = HttpOrigin.answering(request -> unescaped(response));
        RunningServer proxy = RunningServer.start(LENIENT.formatted(origin.port(), "report"))) {
      assertThat(answer(proxy, origin.authority()))
          .startsWith("HTTP/1.1 502 ")
          .contains("a rule with \\\"responses: lenient\\\" takes it");
    }
  }

  private static String answer(RunningServer proxy, String host) throws IOException {
    try (RawClient client = proxy.client()) {
      client.send("GET http://" + host + "/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      return client.rest();
    }
  }

  @ParameterizedTest(name = "Q20: a request with {0} is 400, whatever a rule says of responses")
  @ValueSource(
      strings = {
        "Host: x\n\n",
        "Host: x\r\nA: b\r\n c\r\n\r\n",
        "Host: x\r\nA : b\r\n\r\n",
        "Host: x\r\nContent-Length: 5, 5\r\n\r\n",
      })
  void requestsAreNeverReadLeniently(String fields) throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        RunningServer proxy = RunningServer.start(LENIENT.formatted(origin.port(), "enforce"));
        RawClient client = proxy.client()) {
      client.send("GET http://old.test:" + origin.port() + "/ HTTP/1.1\r\n" + fields);

      ExpectedRefusal.assertRead(client, 400);
      assertThat(origin.accepted()).isZero();
    }
  }

  @ParameterizedTest(name = "Q14: {0} is forwarded, over a new connection")
  @ValueSource(
      strings = {"CCM_POST", "BITS_POST", "RPC_IN_DATA", "PURGE", "M-SEARCH", "X!", "MKCALENDAR"})
  void anyMethodIsForwarded(String method) throws IOException {
    try (HttpOrigin origin = HttpOrigin.start();
        RunningServer proxy = RunningServer.withoutRules();
        RawClient client = proxy.client()) {
      for (String each : List.of("GET", method, method)) {
        client.send(origin.request(each, "/", "Content-Length: 3\r\n") + "abc");
        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.read(5)).isEqualTo("hello");
      }
      assertThat(origin.asked().get(1).line()).isEqualTo(method + " / HTTP/1.1");
      assertThat(origin.asked().get(1).body()).isEqualTo("abc");
      assertThat(origin.accepted()).isEqualTo(3);
    }
  }

  @Test
  @DisplayName("Q14: an unknown method is never sent twice")
  void anUnknownMethodIsNotRepeated() throws IOException {
    try (HttpOrigin origin =
            HttpOrigin.answering(
                request -> request.line().startsWith("GET") ? HttpOrigin.HELLO : "");
        RunningServer proxy = RunningServer.withoutRules();
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", ""));
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
      client.send(origin.request("BREW", "/", ""));

      assertThat(client.head().status()).isEqualTo(502);
      assertThat(origin.asked())
          .extracting(Asked::line)
          .filteredOn(l -> l.startsWith("B"))
          .hasSize(1);
    }
  }

  @Test
  @DisplayName("Q22: with via: off, Via is left as it came, and loops are seen by addresses alone")
  void viaMayBeLeftAlone() throws IOException {
    String answer = "HTTP/1.1 200 OK\r\nVia: 1.1 cache\r\nContent-Length: 5\r\n\r\nhello";
    try (HttpOrigin origin = HttpOrigin.answering(request -> answer);
        RunningServer proxy =
            RunningServer.with(options -> options.with(ConfigurationKey.VIA, false));
        RawClient client = proxy.client()) {
      client.send(origin.request("GET", "/", "Accept-Encoding: gzip\r\n"));
      assertThat(client.head().field("Via")).isEqualTo("1.1 cache");
      assertThat(client.read(5)).isEqualTo("hello");
      assertThat(origin.asked().getFirst().field("via")).isEmpty();

      client.send(origin.request("GET", "/", "Via: 1.1 detour-01234567\r\n"));
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
      assertThat(origin.asked().get(1).field("via")).containsExactly("1.1 detour-01234567");

      client.send("GET http://" + proxy.authority() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
      ResponseHead loop = client.head();
      assertThat(loop.status()).isEqualTo(502);
      assertThat(loop.field("Proxy-Status")).contains("error=proxy_loop_detected");
    }
  }
}
