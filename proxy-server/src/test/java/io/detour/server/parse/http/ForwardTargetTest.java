package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardTargetTest {
  @ParameterizedTest(name = "F03: {0} {1} leads to {2} and asks for {3}")
  @CsvSource(
      quoteCharacter = '\0',
      delimiter = '\t',
      value = {
        "GET	http://h/	h:80	/",
        "GET	http://h	h:80	/",
        "GET	http://h?	h:80	/?",
        "GET	http://h?a=b	h:80	/?a=b",
        "GET	http://h?a/b	h:80	/?a/b",
        "GET	http://h:8080/a	h:8080	/a",
        "GET	http://h:/a	h:80	/a",
        "GET	http://h:	h:80	/",
        "GET	http://h:0443/	h:443	/",
        "GET	HTTP://H.Test./A	h.test:80	/A",
        "GET	hTtP://h/	h:80	/",
        "GET	http://192.0.2.1/	192.0.2.1:80	/",
        "GET	http://[2001:DB8::1]/a	[2001:db8::1]:80	/a",
        "GET	http://[::1]:81?a	[::1]:81	/?a",
        "GET	http://h/%2f%2F%00	h:80	/%2f%2F%00",
        "GET	http://h//a///b	h:80	//a///b",
        "GET	http://h/../a/./b	h:80	/../a/./b",
        "GET	http://h/a;b=c;d?e;f	h:80	/a;b=c;d?e;f",
        "GET	http://h/??a?	h:80	/??a?",
        "GET	http://h/a@b:c	h:80	/a@b:c",
        "GET	http://h/http://i/	h:80	/http://i/",
        "GET	http://h/|^{}<>[]\"`\\	h:80	/|^{}<>[]\"`\\",
        "GET	http://h/%	h:80	/%",
        "GET	http://h/%zz	h:80	/%zz",
        "OPTIONS	http://h	h:80	*",
        "OPTIONS	http://h:8080	h:8080	*",
        "OPTIONS	http://h/	h:80	/",
        "OPTIONS	http://h?	h:80	/?",
        "options	http://h	h:80	/",
      })
  void pathAndQueryAreByteExact(String method, String target, String address, String pathAndQuery) {
    assertThat(Heads.complete(ForwardTarget.parse(method, target)))
        .isInstanceOfSatisfying(
            ForwardTarget.class,
            forward -> {
              assertThat(forward.address()).hasToString(address);
              assertThat(forward.pathAndQuery()).isEqualTo(pathAndQuery);
            });
  }

  @ParameterizedTest(name = "F02: {0} is 501")
  @ValueSource(
      strings = {
        "https://zq9x/",
        "HTTPS://zq9x/",
        "ftp://zq9x/",
        "gopher://zq9x/",
        "file:///zq9x",
        "file://zq9x/etc/passwd",
        "ws://zq9x/",
        "httpx://zq9x/",
        "htt://zq9x/",
        "h2c+x-y.z9://zq9x/",
        "x://",
      })
  void anotherSchemeIs501(String target) {
    assertThat(ForwardTarget.parse("GET", target))
        .isEqualTo(new Received.Malformed<>(new MalformedMessage(501, "the scheme is not served")));
  }

  @ParameterizedTest(name = "{0} is 400")
  @ValueSource(
      strings = {
        "*",
        "zq9x",
        "zq9x:80",
        "zq9x/a",
        "http:/zq9x/",
        "http:zq9x",
        "http//zq9x/",
        "://zq9x/",
        "9p://zq9x/",
        "+http://zq9x/",
        "ht_tp://zq9x/",
        "mailto:zq9x",
        "http://",
        "http:///",
        "http:///zq9x",
        "http://?zq9x",
        "http://:",
        "http://:80/",
        "http://::",
        "http://u:zq9x@h/",
        "http://zq9x@h/",
        "http://@zq9x/",
        "http://zq9x\\@h/",
        "http://zq9x\\h/",
        "http://zq9x/#",
        "http://zq9x/#a",
        "http://zq9x#a",
        "http://zq9x#@h/",
        "http://zq9x:0/",
        "http://zq9x:65536/",
        "http://zq9x:-1/",
        "http://zq9x:80:80/",
        "http://zq9x:80a/",
        "http://zq9x%2e/",
        "http://zq9x%00/",
        "http://zq9x;a/",
        "http://zq9x,h/",
        "http://[::1/",
        "http://[::1]zq9x/",
        "http://[zq9x]/",
        "http://[127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://::1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://..:80/",
        "/a#zq9x",
      })
  void whatIsNoAbsoluteUrlOfHttpIs400(String target) {
    assertThat(ForwardTarget.parse("GET", target))
        .isInstanceOfSatisfying(
            Received.Malformed.class,
            malformed -> {
              assertThat(malformed.message().status()).isEqualTo(400);
              assertThat(malformed.message().problem()).doesNotContain("zq9x");
            });
  }

  @ParameterizedTest(name = "F02: {0} asks the proxy itself: 400")
  @ValueSource(strings = {"/", "/proxy.pac", "/proxy.pac?a", "//h/a", "/http://h/"})
  void originFormIsNoTargetOfAProxy(String target) {
    assertThat(ForwardTarget.parse("GET", target))
        .isEqualTo(
            new Received.Malformed<>(
                new MalformedMessage(
                    400, "this is a proxy: the request target is not an absolute URL")));
  }
}
