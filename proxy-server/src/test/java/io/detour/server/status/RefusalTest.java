package io.detour.server.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalTest {
  private static final Refusal.Form HEAD = new Refusal.Form(false, false);
  private static final Refusal.Form PAGE = new Refusal.Form(true, true);

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void theAnswerSaysWhyInItsHeadAndInItsBody() {
    Refusal refusal =
        new Refusal(502, ProxyErrorType.DNS_ERROR, "the name does not exist", "NXDOMAIN");

    assertThat(text(refusal.bytes()))
        .startsWith("HTTP/1.1 502 Bad Gateway: the name does not exist\r\n")
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
        .isEqualTo(text(refusal.bytes(HEAD, false)) + "501 Not Implemented: no\n");
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

  @ParameterizedTest
  @Tag("Q12")
  @CsvSource({
    "moved, HTTP/1.1 403 Forbidden: moved",
    "abgek\u00fcndigt \ud83d\ude80, HTTP/1.1 403 Forbidden: abgek?ndigt ?",
    "'a\r\nSet-Cookie: b\tc', HTTP/1.1 403 Forbidden: a??Set-Cookie: b?c",
  })
  void theCauseIsInTheStatusLineInPrintableAscii(String details, String statusLine) {
    Refusal refusal = new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, details);

    assertThat(text(refusal.bytes())).startsWith(statusLine + "\r\nProxy-Status: ");
  }

  @Test
  @Tag("Q12")
  void theReasonPhraseIsShortHoweverLongTheDetailsAre() {
    Refusal refusal =
        new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, "moved ".repeat(1_000).strip());

    assertThat(text(refusal.bytes()).indexOf("\r\n")).isLessThan(220);
  }

  @Test
  @Tag("Q12")
  void aBrowserGetsAPageInWhichEverythingIsEscaped() {
    Refusal refusal =
        new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, "see <a href=\"x\">R&D's</a> \u00fc");
    byte[] answer = refusal.bytes(PAGE, true);
    String text = text(answer);
    String body = text.substring(text.indexOf("\r\n\r\n") + 4);

    assertThat(text)
        .contains("\r\nContent-Type: text/html; charset=utf-8\r\n")
        .contains("\r\nContent-Security-Policy: default-src 'none'; ")
        .contains("\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n");
    assertThat(body)
        .startsWith("<!DOCTYPE html>\n")
        .contains("<h1>403 Forbidden</h1>")
        .contains("see &lt;a href=&quot;x&quot;&gt;R&amp;D&#39;s&lt;/a&gt; \u00fc")
        .contains("<code>http_request_denied</code>")
        .doesNotContain("<a ", "<script", "Try again");
    assertThat(text(refusal.retriedAfter(Duration.ofSeconds(7)).bytes(PAGE, true)))
        .contains("Try again in 7 s.");
  }

  @Test
  @Tag("Q12")
  void anAnswerToTheHeadOfABrowserHasTheFieldsOfThePage() {
    Refusal refusal = new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, "moved");

    assertThat(text(refusal.bytes(PAGE, true)))
        .startsWith(text(refusal.bytes(new Refusal.Form(true, false), true)))
        .endsWith("</p>\n");
  }

  @Test
  @Tag("D10")
  void whoHasToSayWhoItIsIsToldHow() {
    Refusal refusal =
        new Refusal(407, ProxyErrorType.HTTP_REQUEST_DENIED, "who are you?")
            .challengedWith("Basic realm=\"Detour\"");

    assertThat(text(refusal.bytes(HEAD, false)))
        .startsWith("HTTP/1.1 407 Proxy Authentication Required: who are you?\r\n")
        .endsWith("\r\nConnection: close\r\nProxy-Authenticate: Basic realm=\"Detour\"\r\n\r\n");
    assertThat(text(refusal.retriedAfter(Duration.ofSeconds(3)).bytes(HEAD, false)))
        .endsWith("\r\nRetry-After: 3\r\nProxy-Authenticate: Basic realm=\"Detour\"\r\n\r\n");
  }
}
