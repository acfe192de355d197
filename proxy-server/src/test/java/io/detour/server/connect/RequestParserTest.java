package io.detour.server.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestParserTest {
  private static ParsedRequest parse(String method, String target, String version, String host) {
    HttpRequest request =
        new DefaultHttpRequest(HttpVersion.valueOf(version), HttpMethod.valueOf(method), target);
    if (!host.isEmpty()) {
      request.headers().set("Host", host);
    }
    return RequestParser.parse(request);
  }

  @ParameterizedTest(name = "C01 C15 C16: {0} {1}, Host: {2}")
  @CsvSource({
    "h:443,     HTTP/1.1, h:443",
    "h:443,     HTTP/1.1, h",
    "h:443,     HTTP/1.1, h:",
    "h:443,     HTTP/1.1, other:80",
    "[::1]:443, HTTP/1.1, [::1]",
    "h:443,     HTTP/1.0, ''",
    "h:443,     HTTP/1.9, h",
  })
  void aTunnelIsAskedFor(String target, String version, String host) {
    assertThat(parse("CONNECT", target, version, host))
        .isInstanceOfSatisfying(
            ParsedRequest.Connect.class,
            connect -> assertThat(connect.target()).hasToString(target));
  }

  @ParameterizedTest(name = "{0} {1} {2}, Host: {3} is {4}")
  @CsvSource({
    "CONNECT, h:443,            HTTP/1.1, '',     400",
    "CONNECT, h:443,            HTTP/1.1, h h,    400",
    "CONNECT, h:443,            HTTP/1.1, ':',    400",
    "CONNECT, h,                HTTP/1.1, h,      400",
    "CONNECT, h:443,            HTTP/2.0, h,      505",
    "connect, h:443,            HTTP/1.1, h,      501",
    "GET,     http://h/,        HTTP/1.1, h,      501",
    "GET,     HTTP://h/,        HTTP/1.1, h,      501",
    "GET,     ftp://h/,         HTTP/1.1, h,      501",
    "GET,     /,                HTTP/1.1, h,      400",
    "BREW,    http://h/,        HTTP/1.1, h,      501",
  })
  void whatIsNotServedHasItsStatus(
      String method, String target, String version, String host, int status) {
    assertThat(parse(method, target, version, host))
        .isInstanceOfSatisfying(
            ParsedRequest.Refused.class,
            refused -> assertThat(refused.refusal().status()).isEqualTo(status));
  }
}
