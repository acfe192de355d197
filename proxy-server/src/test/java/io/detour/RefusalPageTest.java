package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.server.access.PortSet;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people see of a refusal: a page in a browser, a line of text elsewhere. */
@Tag("Q12")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalPageTest {
  private static final String BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8";
  private static final String RULES =
      """
      version: 1
      rules:
        - name: gone
          match: { host: { suffix: dead.test } }
          action: reject
          message: 'moved, see <the wiki> & "ask"'
        - { name: silent, match: { host: { suffix: lost.test } }, action: reject }
      """;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeAll
  void start() throws IOException {
    proxy =
        RunningServer.start(
            RULES,
            options -> options.with(ConfigurationKey.ACCESS_FORWARD_PORTS, PortSet.of(80, 8000)));
  }

  @AfterAll
  void stop() {
    proxy.close();
  }

  private static String request(String method, String url, String fields) {
    return method + " " + url + " HTTP/1.1\r\nHost: x.test\r\n" + fields + "\r\n";
  }

  @ParameterizedTest(name = "{0}: a page is {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "text/html | true",
        "TEXT/HTML;level=1 | true",
        "application/xml, text/html;q=0.5 | true",
        "text/html;q=0.05 | true",
        "*/* | false",
        "text/*, text/plain | false",
        "text/html;q=0 | false",
        "text/html; q=0.000 | false",
        "x-text/html, text/htmlx | false",
      })
  void whoNamesHtmlGetsAPage(String accept, boolean page) throws IOException {
    try (RawClient client = proxy.client()) {
      String fields = "Connection: close\r\nAccept: " + accept + "\r\n";
      ResponseHead head = client.send(request("GET", "http://a.dead.test/", fields)).head();
      String body = client.rest();

      assertThat(head.status()).isEqualTo(403);
      assertThat(head.field("Content-Type"))
          .isEqualTo(page ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
      assertThat(head.field("Proxy-Status")).startsWith("detour; error=http_request_denied; ");
      assertThat(head.text()).startsWith("HTTP/1.1 403 Forbidden: moved, see <the wiki> & \"ask\"");
      assertThat(body.contains("moved, see &lt;the wiki&gt; &amp; &quot;ask&quot;"))
          .isEqualTo(page);
    }
  }

  @Test
  void aPageHasNothingOfTheRequestAndNoScript() throws IOException {
    try (RawClient client = proxy.client()) {
      String url = "http://a.dead.test/zq9x<script>alert(1)</script>?zq9x";
      String fields = "Connection: close\r\nAccept: " + BROWSER + "\r\nCookie: zq9x\r\n";
      ResponseHead head = client.send(request("GET", url, fields)).head();
      String answer = (head.text() + client.rest()).toLowerCase(Locale.ROOT);

      assertThat(answer).doesNotContain("zq9x", "<script", "src=", "a.dead.test");
      assertThat(head.field("Content-Security-Policy")).startsWith("default-src 'none'; ");
      assertThat(head.field("X-Content-Type-Options")).isEqualTo("nosniff");
    }
  }

  @Test
  void theConnectionGoesOnBehindAPage() throws IOException {
    try (RawClient client = proxy.client()) {
      for (String method : new String[] {"HEAD", "GET", "GET"}) {
        String fields = "Accept: " + BROWSER + "\r\n";
        ResponseHead head = client.send(request(method, "http://a.lost.test/", fields)).head();

        assertThat(head.field("Connection")).isEmpty();
        assertThat(head.text())
            .startsWith("HTTP/1.1 403 Forbidden: rejected by rule \"silent\"\r\n");
        int length = Integer.parseInt(head.field("Content-Length"));
        assertThat(length).isPositive();
        assertThat(method.equals("HEAD") ? "</p>\n" : client.read(length)).endsWith("</p>\n");
      }
    }
  }

  @Test
  void aTunnelIsRefusedInText() throws IOException {
    try (RawClient client = proxy.client()) {
      client.send(request("CONNECT", "a.dead.test:443", "Accept: " + BROWSER + "\r\n"));

      assertThat(client.head().field("Content-Type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(client.rest()).startsWith("403 Forbidden: moved, see <the wiki>");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {81, 7999})
  @Tag("Q18")
  void aPortThatIsNotAllowedIsNamedWithItsKey(int port) throws IOException {
    try (RawClient client = proxy.client()) {
      String url = "http://a.test:" + port + "/";
      client.send(request("GET", url, "Connection: close\r\nAccept: " + BROWSER + "\r\n"));

      assertThat(client.head().status()).isEqualTo(403);
      assertThat(client.rest())
          .contains(
              "<p>requests to port "
                  + port
                  + " are not allowed (access.forward_ports: 80, 8000)</p>");
    }
  }
}
