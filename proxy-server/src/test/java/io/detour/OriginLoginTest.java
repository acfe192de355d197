package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.AccessVariants;
import io.detour.server.dial.Parent;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NTLM and Negotiate to an origin: the log-in holds for a connection, which its client keeps. */
@Tag("Q02")
@Timeout(60)
class OriginLoginTest {
  private static final String FIRST = "Authorization: NTLM TlRMTVNTUAABAAAA\r\n";
  private static final String LAST = "Authorization: NTLM TlRMTVNTUAADAAAA\r\n";
  private static final String BODY = "Content-Length: 3\r\n";

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @SuppressWarnings("NullAway.Init")
  private NtlmOrigin origin;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.withoutRules();
    origin = new NtlmOrigin();
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    origin.close();
  }

  /** Knows who a client is by its connection. */
  private static final class NtlmOrigin implements AutoCloseable {
    private final List<String> served = new CopyOnWriteArrayList<>();
    private final TcpOrigin listener = TcpOrigin.start(this::serve);

    NtlmOrigin() throws IOException {}

    private void serve(Socket connection) throws IOException {
      boolean challenged = false;
      boolean known = false;
      while (true) {
        String head = readHead(connection.getInputStream());
        if (head.isEmpty()) {
          return;
        }
        if (head.contains("NTLM TlRMTVNTUAAB") || head.contains("Negotiate YII")) {
          challenged = true;
          known = false;
          answer(connection, "401 No", "WWW-Authenticate: NTLM TlRMTVNTUAACAAAA\r\n");
        } else if (known || (challenged && head.contains("NTLM TlRMTVNTUAAD"))) {
          known = true;
          served.add(head.substring(0, head.indexOf(' ')));
          answer(connection, "200 OK", head.contains("/last") ? "Connection: close\r\n" : "");
        } else {
          answer(connection, "401 No", "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n");
        }
      }
    }

    private static String readHead(InputStream in) throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return "";
        }
        head.append((char) next);
      }
      if (head.indexOf(BODY) >= 0) {
        in.readNBytes(3);
      }
      return head.toString();
    }

    private static void answer(Socket connection, String status, String fields) throws IOException {
      String head = "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: 0\r\n\r\n";
      connection.getOutputStream().write(head.getBytes(ISO_8859_1));
    }

    String request(String method, String path, String fields) {
      return method
          + " http://"
          + listener.authority()
          + path
          + " HTTP/1.1\r\nHost: x\r\n"
          + fields
          + "\r\n"
          + (fields.contains(BODY) ? "abc" : "");
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private ResponseHead ask(RawClient client, String method, String fields) throws IOException {
    return client.send(origin.request(method, "/", fields)).head();
  }

  private void logIn(RawClient client) throws IOException {
    assertThat(ask(client, "GET", FIRST).status()).isEqualTo(401);
    assertThat(ask(client, "GET", LAST).status()).isEqualTo(200);
  }

  @ParameterizedTest(name = "{0} logs in and a POST follows, all on one connection")
  @ValueSource(strings = {"GET", "POST", "PUT", "CCM_POST"})
  void aLoginIsOneConnection(String method) throws IOException {
    String body = method.equals("GET") ? "" : BODY;
    try (RawClient client = proxy.client()) {
      for (String step : List.of("", FIRST)) {
        ResponseHead challenge = ask(client, method, step + body);
        assertThat(challenge.status()).isEqualTo(401);
        assertThat(challenge.field("Proxy-Support")).isEqualTo("Session-Based-Authentication");
        assertThat(challenge.field("Connection")).isEqualTo("Proxy-Support");
      }
      assertThat(ask(client, method, LAST + body).status()).isEqualTo(200);
      assertThat(ask(client, "POST", BODY).status()).isEqualTo(200);
      assertThat(ask(client, "GET", "").status()).isEqualTo(200);
    }
    assertThat(origin.served).containsExactly(method, "POST", "GET");
    assertThat(origin.listener.accepted()).isEqualTo(1);
  }

  @ParameterizedTest(name = "a {0} behind the end of a logged-in connection is 502")
  @ValueSource(strings = {"GET", "POST", "PUT"})
  void nothingTakesThePlaceOfALostConnection(String method) throws IOException {
    try (RawClient client = proxy.client()) {
      logIn(client);
      origin.listener.endConnections();
      await().untilAsserted(() -> assertThat(origin.listener.open()).isZero());

      ResponseHead answer = ask(client, method, method.equals("GET") ? "" : BODY);
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.field("Proxy-Status"))
          .contains("error=connection_terminated", "the client has logged in");
      assertThat(answer.field("Connection")).isEqualTo("close");
      client.rest();
    }
    assertThat(origin.listener.accepted()).isEqualTo(1);
  }

  @Test
  void aLostConnectionEndsALoginThatGoesOn() throws IOException {
    try (RawClient client = proxy.client()) {
      assertThat(ask(client, "GET", FIRST).status()).isEqualTo(401);
      origin.listener.endConnections();
      await().untilAsserted(() -> assertThat(origin.listener.open()).isZero());

      assertThat(ask(client, "GET", LAST).status()).isEqualTo(502);
      client.rest();
    }
    assertThat(origin.listener.accepted()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0} begins anew when the connection is lost")
  @ValueSource(strings = {FIRST, "Authorization: Negotiate YIIFkgYGKwYBBQUC\r\n"})
  void aLoginMayBeginAnew(String first) throws IOException {
    try (RawClient client = proxy.client()) {
      logIn(client);
      origin.listener.endConnections();
      await().untilAsserted(() -> assertThat(origin.listener.open()).isZero());

      assertThat(ask(client, "POST", first + BODY).status()).isEqualTo(401);
      assertThat(ask(client, "POST", LAST + BODY).status()).isEqualTo(200);
    }
    assertThat(origin.listener.accepted()).isEqualTo(2);
  }

  @Test
  void aLoginThatWasOnlyAskedForTiesNothing() throws IOException {
    try (RawClient client = proxy.client()) {
      assertThat(ask(client, "GET", "").status()).isEqualTo(401);
      origin.listener.endConnections();
      await().untilAsserted(() -> assertThat(origin.listener.open()).isZero());

      assertThat(ask(client, "POST", BODY).status()).isEqualTo(401);
    }
  }

  @Test
  void theClientLearnsThatTheOriginEndsTheConnection() throws IOException {
    try (RawClient client = proxy.client()) {
      logIn(client);
      ResponseHead answer = client.send(origin.request("GET", "/last", "")).head();

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.field("Connection")).isEqualTo("close");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void anotherClientIsNotLoggedIn() throws IOException {
    try (RawClient client = proxy.client();
        RawClient another = proxy.client()) {
      logIn(client);

      assertThat(ask(another, "GET", "").status()).isEqualTo(401);
      assertThat(ask(another, "POST", BODY).status()).isEqualTo(401);
      assertThat(ask(client, "POST", BODY).status()).isEqualTo(200);
    }
  }

  @Test
  void anotherUserOfTheSameClientIsNotLoggedIn(@TempDir Path folder) throws IOException {
    String hash = ":$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2\n"; // of "p"
    Path users = Files.writeString(folder.resolve("htpasswd"), "alice" + hash + "bob" + hash);
    AccessOptions access = AccessVariants.users(AccessOptions.open(), users);
    try (RunningServer asked = RunningServer.with(options -> options.withAccess(access));
        RawClient client = asked.client()) {
      assertThat(ask(client, "GET", as("alice") + FIRST).status()).isEqualTo(401);
      assertThat(ask(client, "GET", as("alice") + LAST).status()).isEqualTo(200);
      assertThat(ask(client, "GET", as("alice")).status()).isEqualTo(200);

      assertThat(ask(client, "GET", as("bob")).status()).isEqualTo(401);
    }
  }

  private static String as(String user) {
    String credentials = Base64.getEncoder().encodeToString((user + ":p").getBytes(ISO_8859_1));
    return "Proxy-Authorization: Basic " + credentials + "\r\n";
  }

  @Test
  void requestsToOtherHostsLeaveALoginAsItIs() throws IOException {
    try (HttpOrigin other = HttpOrigin.start();
        RawClient client = proxy.client()) {
      logIn(client);
      for (String method : List.of("GET", "DELETE")) {
        assertThat(client.send(other.request(method, "/", "")).head().status()).isEqualTo(200);
        assertThat(client.read(5)).isEqualTo("hello");
      }

      assertThat(ask(client, "POST", BODY).status()).isEqualTo(200);
    }
    assertThat(origin.listener.accepted()).isEqualTo(1);
  }

  @Test
  void aLoginGoesThroughAParentThatKeepsConnectionsTogether() throws IOException {
    String rules =
        """
        version: 1
        rules:
          - name: origin
            match: { host: { exact: 127.0.0.1 } }
            action: rewrite
            targets: [{ to: original, via: dc, allow: [loopback] }]
        """;
    Parent parent = Parent.parse("http://" + proxy.authority()).orElseThrow();
    try (RunningServer child =
            RunningServer.start(
                rules, options -> options.with(ConfigurationKey.PARENTS, Map.of("dc", parent)));
        RawClient client = child.client()) {
      assertThat(ask(client, "GET", "").field("Proxy-Support"))
          .as("what the parent says")
          .isEqualTo("Session-Based-Authentication");
      logIn(client);
      assertThat(ask(client, "POST", BODY).status()).isEqualTo(200);
    }
    assertThat(origin.listener.accepted()).isEqualTo(1);
  }

  @Test
  void theConnectionEndsWithItsClient() throws IOException {
    try (RawClient client = proxy.client()) {
      logIn(client);
      assertThat(origin.listener.open()).isEqualTo(1);
    }
    await().untilAsserted(() -> assertThat(origin.listener.open()).isZero());
  }
}
