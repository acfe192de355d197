package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plain HTTP requests, byte for byte, on both sides of the proxy. */
@Timeout(60)
class PlainHttpTest {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

  private final List<String> heads = new CopyOnWriteArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin origin;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
    origin = TcpOrigin.start(connection -> serve(connection));
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    origin.close();
  }

  private void serve(Socket connection) throws IOException {
    InputStream in = connection.getInputStream();
    while (true) {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        head.append((char) next);
      }
      heads.add(head.toString());
      connection.getOutputStream().write(ANSWER.getBytes(ISO_8859_1));
    }
  }

  private String request(String path, String fields) {
    return "GET http://"
        + origin.authority()
        + path
        + " HTTP/1.1\r\nHost: evil.test\r\n"
        + fields
        + "\r\n";
  }

  @Test
  @DisplayName("F01 F04 F07: the head that the origin gets is made anew")
  void theHeadIsMadeAnew() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(
          request("/a%2f//b?c;d", "Connection: X-Foo\r\nX-Foo: 1\r\nX-Bar: 2\r\nProxy-X: 3\r\n"));

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
    }
    assertThat(heads).hasSize(1);
    assertThat(heads.getFirst())
        .startsWith(
            "GET /a%2f//b?c;d HTTP/1.1\r\nHost: "
                + origin.authority()
                + "\r\nX-Bar: 2\r\nProxy-X: 3\r\nVia: 1.1 detour-")
        .doesNotContain("evil");
  }

  @Test
  @DisplayName("F24: requests of one client to one origin share a connection")
  void requestsShareAConnection() throws IOException {
    try (RawClient client = proxy.client()) {
      for (int i = 0; i < 3; i++) {
        client.send(request("/" + i, ""));
        assertThat(client.head().field("connection")).isEmpty();
        assertThat(client.read(5)).isEqualTo("hello");
      }
    }
    assertThat(heads).hasSize(3);
    assertThat(origin.accepted()).isEqualTo(1);
  }

  @Test
  @DisplayName("F20: pipelined requests are answered in order, and one that fails delays none")
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(
          request("/1", "")
              + "GET http://nowhere.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n"
              + request("/2", "Connection: close\r\n"));

      String rest = client.rest();
      assertThat(rest).containsSubsequence("HTTP/1.1 200", "HTTP/1.1 502", "HTTP/1.1 200");
      assertThat(rest).endsWith("hello");
    }
  }

  @Test
  @DisplayName("C22: a tunnel behind a request begins when that has been answered")
  void aTunnelMayFollowARequest() throws IOException {
    try (TcpOrigin echo = TcpOrigin.echo();
        RawClient client = proxy.client()) {
      client.send(request("/1", "") + RawClient.connectHead(echo.authority()) + "ping");

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(5)).isEqualTo("hello");
      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.read(4)).isEqualTo("ping");
    }
  }

  @Test
  @DisplayName("F22: HTTP/1.0 gets its answer and the end of the connection")
  void oldClientsAreServed() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(
          "GET http://" + origin.authority() + "/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

      assertThat(client.rest()).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\nhello");
    }
  }
}
