package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.detour.core.CloseReason;
import io.detour.core.relay.RelayMode;
import io.detour.server.dial.DialResult;
import io.detour.server.status.DialError;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tunnel through a parent, from the dial to its end; and another Detour as the parent. */
@Timeout(60)
class ParentProxyTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - name: gone
          match: { host: { exact: gone.test } }
          action: reject
      """;

  @ParameterizedTest(name = "C02: {0}: what stands behind the parent''s answer reaches the client")
  @EnumSource(RelayMode.class)
  void bytesBehindTheAnswerGoFirst(RelayMode mode) throws Exception {
    try (TcpOrigin parent =
            TcpOrigin.start(
                connection -> {
                  readHead(connection);
                  connection
                      .getOutputStream()
                      .write("HTTP/1.1 200 OK\r\n\r\n220 ready\r\n".getBytes(ISO_8859_1));
                  connection.getInputStream().transferTo(connection.getOutputStream());
                });
        RelayedDial dial = RelayedDial.through("http://" + parent.authority(), mode);
        Socket client = dial.tunnel("mail.test:25")) {
      client.getOutputStream().write("EHLO".getBytes(ISO_8859_1));
      client.shutdownOutput();

      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("220 ready\r\nEHLO");
      assertThat(dial.stats().reason()).isEqualTo(CloseReason.CLIENT_FIN);
    }
  }

  @ParameterizedTest(
      name = "C02: {0}: a parent that answers, speaks and ends at once loses nothing")
  @EnumSource(RelayMode.class)
  void anAnswerBytesAndEndInOnePiece(RelayMode mode) throws Exception {
    String bulk = "0123456789abcdef".repeat(1 << 14);
    try (TcpOrigin parent =
            TcpOrigin.start(
                connection -> {
                  readHead(connection);
                  connection
                      .getOutputStream()
                      .write(("HTTP/1.1 200 OK\r\n\r\n" + bulk).getBytes(ISO_8859_1));
                });
        RelayedDial dial = RelayedDial.through("http://" + parent.authority(), mode);
        Socket client = dial.tunnel("time.test:13")) {
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo(bulk);
    }
  }

  @Test
  void anotherDetourLeadsToTheTarget() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        RunningServer parent = RunningServer.withoutRules();
        RelayedDial dial = RelayedDial.through("http://" + parent.authority(), RelayMode.AUTO)) {
      parent.dns().answer("origin.test", "127.0.0.1");
      try (Socket client = dial.tunnel("origin.test:" + origin.port())) {
        client.getOutputStream().write("hello".getBytes(ISO_8859_1));
        client.shutdownOutput();

        assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("hello");
      }
    }
  }

  @Test
  void anotherDetourTellsWhyItCannot() throws Exception {
    try (RunningServer parent = RunningServer.start(RULES);
        RelayedDial dial = RelayedDial.through("http://" + parent.authority(), RelayMode.AUTO)) {
      DialResult.Failed unknown = failed(dial.dial("nobody.test:443"));
      DialResult.Failed refused = failed(dial.dial("127.0.0.1:" + LoopbackPort.refusing()));
      DialResult.Failed denied = failed(dial.dial("gone.test:443"));

      assertThat(unknown.error()).isEqualTo(DialError.DNS_ERROR);
      assertThat(unknown.rcode()).isEqualTo("NXDOMAIN");
      assertThat(unknown.details()).isEqualTo("the parent proxy answered 502 dns_error");
      assertThat(refused.error()).isEqualTo(DialError.CONNECTION_REFUSED);
      assertThat(denied.error()).isEqualTo(DialError.DENIED);
      assertThat(denied.details()).isEqualTo("the parent proxy answered 403 http_request_denied");
    }
  }

  @Test
  @Tag("C24")
  void anotherDetourThatIsAskedForItselfIsALoop() throws Exception {
    try (RunningServer parent = RunningServer.withoutRules();
        RelayedDial dial = RelayedDial.through("http://" + parent.authority(), RelayMode.AUTO)) {
      assertThat(failed(dial.dial(parent.authority())).error()).isEqualTo(DialError.PROXY_LOOP);
    }
  }

  private static void readHead(Socket connection) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) connection.getInputStream().read());
    }
  }

  private static DialResult.Failed failed(DialResult result) {
    return assertThat(result).asInstanceOf(type(DialResult.Failed.class)).actual();
  }
}
