package io.detour.server.parse.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.HostPort;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.AccessVariants;
import io.detour.server.account.RequestKind;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {
  private static RequestHead head(String text) {
    return switch (HeadReader.ofRequests(HeadLimits.defaults())
        .read(Unpooled.copiedBuffer(text + "\r\n", ISO_8859_1))) {
      case Received.Complete(RequestHead head) -> head;
      case Received.Malformed(_), Received.Incomplete() -> throw new AssertionError(text);
    };
  }

  private static ParsedRequest parse(String line, String lines) {
    return RequestParser.parse(head(line + "\r\n" + lines), AccessOptions.open());
  }

  private static void assertRefused(ParsedRequest parsed, RequestKind kind, int status) {
    assertThat(parsed)
        .isInstanceOfSatisfying(
            ParsedRequest.Refused.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(kind);
              assertThat(refused.refusal().status()).isEqualTo(status);
              assertThat(refused.refusal().details()).doesNotContain("zq9x");
            });
  }

  @ParameterizedTest(name = "C01: CONNECT in HTTP/{0} with \"{1}\" is a tunnel")
  @CsvSource({
    "1.1,Host: h",
    "1.1,Host: h:443",
    "1.1,Host: h:",
    "1.1,host: OTHER",
    "1.0,Host: h",
    "1.0,X: y",
    "1.9,Host: h"
  })
  void connectIsATunnel(String version, String line) {
    assertThat(parse("CONNECT H.:0443 HTTP/" + version, line + "\r\n"))
        .isEqualTo(new ParsedRequest.Connect(HostPort.parse("h:443").orElseThrow()));
  }

  @ParameterizedTest(name = "C15: \"{0}\" in HTTP/1.1 is refused")
  @ValueSource(
      strings = {
        "X: y",
        "Host: h\r\nHost: h",
        "Host:",
        "Host: zq9x@h",
        "Host: h/zq9x",
        "Host: h:99999",
        "Host: h, h",
        "Host: zq9x zq9x",
        "Host: [::1",
        "Host: 0177.0.0.1"
      })
  void hostHasToBeOneAndValid(String lines) {
    assertRefused(parse("CONNECT h:443 HTTP/1.1", lines + "\r\n"), RequestKind.CONNECT, 400);
    assertRefused(parse("GET http://h/ HTTP/1.1", lines + "\r\n"), RequestKind.FORWARD, 400);
  }

  @Test
  @DisplayName("C15: two Hosts are refused in HTTP/1.0 too")
  void oldRequestsMayOmitHostButNotRepeatIt() {
    assertRefused(
        parse("CONNECT h:443 HTTP/1.0", "Host: h\r\nHost: h\r\n"), RequestKind.CONNECT, 400);
  }

  @Test
  @DisplayName("C16: the target decides, not Host")
  void theTargetDecides() {
    assertThat(parse("GET http://h/ HTTP/1.1", "Host: other:1\r\n"))
        .isInstanceOfSatisfying(
            ForwardRequest.class,
            request -> assertThat(request.target().address()).hasToString("h:80"));
  }

  @ParameterizedTest(name = "C16: with strict_host, {0} with \"{1}\" is refused: {2}")
  @CsvSource({
    "CONNECT h:443 HTTP/1.1,Host: h:443,false",
    "CONNECT h:443 HTTP/1.1,Host: H.,false",
    "CONNECT h:443 HTTP/1.1,Host: h:,false",
    "CONNECT h:443 HTTP/1.1,Host: h:80,true",
    "CONNECT h:443 HTTP/1.1,Host: other,true",
    "CONNECT h:443 HTTP/1.0,X: y,false",
    "CONNECT [2001:DB8::1]:443 HTTP/1.1,Host: [2001:db8:0::1],false",
    "GET http://h/ HTTP/1.1,Host: h,false",
    "GET http://h/ HTTP/1.1,Host: h:80,false",
    "GET http://h:8080/ HTTP/1.1,Host: h:8080,false",
    "GET http://h:8080/ HTTP/1.1,Host: h,true",
    "GET http://h/ HTTP/1.1,Host: h:8080,true",
    "GET http://h/ HTTP/1.1,Host: evil.h,true"
  })
  void strictlyHostNamesTheTarget(String line, String host, boolean refused) {
    ParsedRequest parsed =
        RequestParser.parse(
            head(line + "\r\n" + host + "\r\n"), AccessVariants.strictHost(AccessOptions.open()));

    if (refused) {
      RequestKind kind = line.startsWith("C") ? RequestKind.CONNECT : RequestKind.FORWARD;
      assertRefused(parsed, kind, 400);
    } else {
      assertThat(parsed).isNotInstanceOf(ParsedRequest.Refused.class);
    }
  }

  @ParameterizedTest(name = "Q14: the method {0} is forwarded")
  @ValueSource(
      strings = {
        "CCM_POST",
        "BITS_POST",
        "RPC_IN_DATA",
        "PURGE",
        "PROPFIND",
        "BREW",
        "get",
        "CONNECTS",
        "M-SEARCH",
        "!#$%&'*+-.^_`|~1"
      })
  void anyTokenIsAMethod(String method) {
    assertThat(parse(method + " http://h/ HTTP/1.1", "Host: h\r\n"))
        .isInstanceOfSatisfying(
            ForwardRequest.class, request -> assertThat(request.head().method()).isEqualTo(method));
  }

  @ParameterizedTest(name = "C19: {0} is neither CONNECT nor another method")
  @ValueSource(strings = {"connect", "Connect", "cONNECT"})
  void connectIsWrittenInCapitals(String method) {
    assertRefused(parse(method + " http://h/ HTTP/1.1", "Host: h\r\n"), RequestKind.FORWARD, 400);
    assertRefused(parse(method + " h:443 HTTP/1.1", "Host: h\r\n"), RequestKind.FORWARD, 400);
  }

  @ParameterizedTest(name = "F10: a field {0} is refused, since others take it for a framing field")
  @ValueSource(
      strings = {
        "Content_Length",
        "content_length",
        "Content.Length",
        "TRANSFER_ENCODING",
        "Transfer*Encoding"
      })
  void namesThatAreTakenForFramingAreRefused(String name) {
    String fields = "Host: h\r\n" + name + ": 0\r\n";
    assertRefused(parse("GET http://h/ HTTP/1.1", fields), RequestKind.FORWARD, 400);
    assertRefused(parse("CONNECT h:443 HTTP/1.1", fields), RequestKind.CONNECT, 400);
  }

  @ParameterizedTest(name = "a field {0} is no framing field to anybody")
  @ValueSource(strings = {"Content_Type", "ContentLength", "Content-Lengths", "Content-Length_"})
  void otherNamesArePassedOn(String name) {
    assertThat(parse("GET http://h/ HTTP/1.1", "Host: h\r\n" + name + ": 0\r\n"))
        .isInstanceOf(ForwardRequest.class);
  }

  @ParameterizedTest(name = "F02: {0} is {1}")
  @CsvSource({
    "/zq9x,400",
    "*,400",
    "zq9x:80,400",
    "https://zq9x/,501",
    "ftp://zq9x/,501",
    "gopher://zq9x/,501",
    "file:///zq9x,501",
    "http://zq9x@zq9x/,400"
  })
  void onlyHttpUrlsAreForwarded(String target, int status) {
    assertRefused(parse("GET " + target + " HTTP/1.1", "Host: h\r\n"), RequestKind.FORWARD, status);
  }

  @ParameterizedTest(name = "C17: CONNECT with \"{0}\" is refused")
  @ValueSource(
      strings = {
        "Content-Length: 5",
        "Content-Length: 00",
        "Content-Length: -0",
        "Content-Length: 0, 0",
        "Content-Length: 0\r\nContent-Length: 5",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding:"
      })
  void connectHasNoContent(String lines) {
    assertRefused(
        parse("CONNECT h:443 HTTP/1.1", "Host: h\r\n" + lines + "\r\n"), RequestKind.CONNECT, 400);
  }

  @Test
  void connectMayDeclareThatItHasNoContent() {
    assertThat(parse("CONNECT h:443 HTTP/1.1", "Host: h\r\nContent-Length: 0\r\n"))
        .isInstanceOf(ParsedRequest.Connect.class);
  }

  @Test
  void credentialsAreToldOnce() {
    String twice = "Host: h\r\nProxy-Authorization: a\r\nProxy-Authorization: b\r\n";

    assertRefused(parse("CONNECT h:443 HTTP/1.1", twice), RequestKind.CONNECT, 400);
    assertRefused(parse("GET http://h/ HTTP/1.1", twice), RequestKind.FORWARD, 400);
  }

  @ParameterizedTest(name = "F22: HTTP/{0} with \"{1}\" goes on: {2}")
  @CsvSource({
    "1.1,X: y,true",
    "1.1,Connection: close,false",
    "1.1,'Connection: x, CLOSE',false",
    "1.0,X: y,false",
    "1.0,Connection: keep-alive,false"
  })
  void persistenceIsThatOfTheVersion(String version, String line, boolean persistent) {
    assertThat(parse("GET http://h/ HTTP/" + version, "Host: h\r\n" + line + "\r\n"))
        .isInstanceOfSatisfying(
            ForwardRequest.class,
            request -> assertThat(request.isPersistent()).isEqualTo(persistent));
  }
}
