package io.detour.server.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RefusalTest {
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void theAnswerSaysWhyInItsHeadAndInItsBody() {
    Refusal refusal =
        new Refusal(502, ProxyErrorType.DNS_ERROR, "the name does not exist", "NXDOMAIN");

    assertThat(text(refusal.bytes()))
        .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
        .contains(
            "\r\nProxy-Status: detour; error=dns_error; rcode=\"NXDOMAIN\";"
                + " details=\"the name does not exist\"\r\n")
        .contains("\r\nContent-Length: 41\r\n")
        .contains("\r\nConnection: close\r\n")
        .endsWith("\r\n\r\n502 Bad Gateway: the name does not exist\n");
  }

  @Test
  void anAnswerToHeadIsTheSameWithoutTheBody() {
    Refusal refusal = new Refusal(501, ProxyErrorType.HTTP_REQUEST_ERROR, "no");

    assertThat(text(refusal.bytes()))
        .isEqualTo(text(refusal.bytes(false, false)) + "501 Not Implemented: no\n");
  }

  @Test
  void quotesAndBackslashesAreEscaped() {
    Refusal refusal = new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, "see \"wiki\" \\ ask");

    assertThat(refusal.proxyStatus()).endsWith("; details=\"see \\\"wiki\\\" \\\\ ask\"");
  }

  @Test
  void detailsThatAreNotAsciiStandInTheBodyAlone() {
    Refusal refusal = new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, "abgek\u00fcndigt");

    assertThat(refusal.proxyStatus()).isEqualTo("detour; error=http_request_denied");
    assertThat(text(refusal.bytes())).endsWith("403 Forbidden: abgek\u00fcndigt\n");
  }

  @Test
  @Tag("D10")
  void whoHasToSayWhoItIsIsToldHow() {
    Refusal refusal =
        new Refusal(407, ProxyErrorType.HTTP_REQUEST_DENIED, "who are you?")
            .challengedWith("Basic realm=\"Detour\"");

    assertThat(text(refusal.bytes(false, false)))
        .startsWith("HTTP/1.1 407 Proxy Authentication Required\r\n")
        .endsWith("\r\nConnection: close\r\nProxy-Authenticate: Basic realm=\"Detour\"\r\n\r\n");
    assertThat(text(refusal.retriedAfter(Duration.ofSeconds(3)).bytes(false, false)))
        .endsWith("\r\nRetry-After: 3\r\nProxy-Authenticate: Basic realm=\"Detour\"\r\n\r\n");
  }
}
