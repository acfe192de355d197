package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The admin interface cannot be reached through the proxy, not even where every address can be. */
@Timeout(60)
class AdminThroughProxyTest {
  private static final String RULES =
      """
      version: 1
      rules:
        - { name: to-admin, match: { host: { exact: ruled.test } }, action: rewrite, to: localhost }
      """;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = RunningServer.start(RULES);
    proxy.dns().answer("named.test", "127.0.0.1");
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  @ParameterizedTest(name = "A01: {0} {1} with Host: {2} is {3} at the proxy's port")
  @CsvSource({
    "GET, /metrics, localhost, 400",
    "GET, /metrics, ADMIN, 400",
    "POST, /-/reload, ADMIN, 400",
    "POST, /-/pause, localhost, 400",
    "GET, *, ADMIN, 400",
    "GET, http://ADMIN/metrics, ADMIN, 502",
    "GET, http://ADMIN/metrics, www.example.com, 502",
    "GET, http://localhost:PORT/metrics, localhost, 502",
    "GET, http://[::ffff:127.0.0.1]:PORT/metrics, x, 502",
    "GET, http://named.test:PORT/metrics, x, 502",
    "GET, http://ruled.test:PORT/metrics, x, 502",
    "POST, http://ADMIN/-/reload, ADMIN, 502",
    "OPTIONS, http://ADMIN, ADMIN, 502",
    "CONNECT, ADMIN, ADMIN, 502",
    "CONNECT, named.test:PORT, ADMIN, 502"
  })
  @DisplayName("A01")
  void theAdminInterfaceIsNotServed(String method, String target, String host, int status)
      throws IOException {
    String admin = proxy.adminAuthority();
    String port = admin.replaceFirst(".*:", "");
    try (RawClient client = proxy.client()) {
      client.send(
          (method + " " + target + " HTTP/1.1\r\nHost: " + host)
                  .replace("ADMIN", admin)
                  .replace("PORT", port)
              + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

      ResponseHead answer = client.head();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(client.rest()).doesNotContain("detour_", "in force");
      if (status == 502) {
        assertThat(answer.field("Proxy-Status")).contains("error=proxy_loop_detected");
      }
    }
  }
}
