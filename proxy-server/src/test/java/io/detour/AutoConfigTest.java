package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file for browsers, asked of the proxy itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AutoConfigTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - { name: erp, match: { host: { exact: erp.old.test } }, action: rewrite, to: new.test }
      """;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeAll
  void start() throws IOException {
    proxy = RunningServer.start(RULES);
  }

  @AfterAll
  void stop() {
    proxy.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proxy.pac", "/wpad.dat"})
  @DisplayName("A06 the proxy's own port has the file of the admin interface")
  void theFileIsThatOfTheAdminInterface(String path) throws IOException {
    try (RawClient client = proxy.client()) {
      ResponseHead head = client.send(request("GET", path, "127.0.0.1:3128")).head();
      String file = client.rest();

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("Content-Type")).isEqualTo("application/x-ns-proxy-autoconfig");
      assertThat(head.field("Content-Length")).isEqualTo(String.valueOf(file.length()));
      assertThat(file)
          .contains("function FindProxyForURL(", "erp.old.test", "PROXY " + proxy.authority());
    }
  }

  @Test
  void headHasNoContent() throws IOException {
    try (RawClient client = proxy.client()) {
      ResponseHead head = client.send(request("HEAD", "/proxy.pac", "localhost")).head();

      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("Content-Length")).matches("[1-9][0-9]*");
      assertThat(client.rest()).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0} {1} of {2} is {3}")
  @CsvSource({
    "GET, /proxy.pac, evil.example, 403",
    "GET, /proxy.pac, localhost.evil.example, 403",
    "POST, /proxy.pac, localhost, 400",
    "GET, /proxy.pac?x, localhost, 400",
    "GET, /Proxy.pac, localhost, 400",
    "GET, //proxy.pac, localhost, 400",
    "GET, /metrics, localhost, 400",
  })
  @DisplayName("A01 nothing else is served there, and not to a rebound name")
  void nothingElseIsServed(String method, String path, String host, int status) throws IOException {
    try (RawClient client = proxy.client()) {
      assertThat(client.send(request(method, path, host)).head().status()).isEqualTo(status);
    }
  }

  @Test
  void aRequestInAbsoluteFormIsForwarded() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo();
        RawClient client = proxy.client()) {
      client.send(
          request("GET", "http://" + origin.authority() + "/proxy.pac", origin.authority()));

      assertThat(client.read(24)).as("what the origin got").doesNotContain("x-ns-proxy");
      assertThat(origin.accepted()).isOne();
    }
  }

  @Test
  void aListenerOfAllAddressesIsNamedAsItWasAskedFor() throws IOException {
    ListenerOptions anywhere = ListenerOptions.of(ListenAddress.parse("0.0.0.0:0"));
    try (RunningServer wide = RunningServer.listeningOn(anywhere);
        RawClient client =
            RawClient.connect(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), wide.address().getPort()))) {
      client.send(request("GET", "/proxy.pac", "192.0.2.7:3128"));

      assertThat(client.head().status()).isEqualTo(200);
      assertThat(client.rest()).contains("PROXY 192.0.2.7:" + wide.address().getPort());
    }
  }

  private static String request(String method, String target, String host) {
    return method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  }
}
