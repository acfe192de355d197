package io.detour.server.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.server.dial.Parent.Credentials;
import io.detour.server.dial.Parent.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParentTest {
  private static final HostPort ADDRESS = HostPort.parse("h:1").orElseThrow();

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "http://Proxy.Example.,              HTTP,   proxy.example:3128, ,     ",
    "HTTP://proxy.example:8080,          HTTP,   proxy.example:8080, ,     ",
    "socks5://10.0.0.1,                  SOCKS5, 10.0.0.1:1080,      ,     ",
    "socks5://[2001:DB8::1]:7,           SOCKS5, [2001:db8::1]:7,    ,     ",
    "http://u:p@h:1,                     HTTP,   h:1,                u,    p",
    "http://u@h:1,                       HTTP,   h:1,                u,    ''",
    "http://u:@h:1,                      HTTP,   h:1,                u,    ''",
    "http://u:p:q@h:1,                   HTTP,   h:1,                u,    p:q",
    "http://%75:%40%2f%3F%23%25+%2B@h:1, HTTP,   h:1,                u,    @/?#%++",
    "http://%C3%A4:%E2%82%AC@h:1,        HTTP,   h:1,                ä,    €",
    "socks5://a%3Ab:p@h:1,               SOCKS5, h:1,                a:b,  p",
  })
  void anAddressIsRead(
      String text, Protocol protocol, String address, String user, String password) {
    Credentials credentials = user == null ? null : new Credentials(user, password);

    assertThat(Parent.parse(text))
        .isEqualTo(
            Parsed.of(new Parent(protocol, HostPort.parse(address).orElseThrow(), credentials)));
  }

  @ParameterizedTest(name = "[{0}]")
  @CsvSource({
    "'',                        it does not begin with http:// or socks5://",
    "secret,                    it does not begin with http:// or socks5://",
    "https://secret,            it does not begin with http:// or socks5://",
    "socks5h://secret,          it does not begin with http:// or socks5://",
    "http:/secret,              it does not begin with http:// or socks5://",
    "http://,                   host is empty",
    "http://u:secret@,          host is empty",
    "http://u:secret@:1,        host is empty",
    "http://h:0,                port is not a number from 1 to 65535",
    "http://h:secret,           port is not a number from 1 to 65535",
    "http://:secret@h,          the user name is empty",
    "http://@h,                 the user name is empty",
    "socks5://u@h,              user name and password have to be 1 to 255 bytes long for SOCKS 5",
    "http://***@h,              'user name and password are masked, as they are shown'",
    "http://u%3Av:secret@h,     'the user name has a colon, which Basic lacks'",
    "http://u:secret%0A@h,      user name or password has a control character",
    "http://u:secret%7F@h,      user name or password has a control character",
    "http://u:secret%FF@h,      user name or password is not UTF-8",
  })
  void aProblemShowsNothingOfTheText(String text, String problem) {
    assertThat(Parent.parse(text)).isEqualTo(Parsed.malformed(problem));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://h/", "http://h?", "http://h#", "http://u:a/b@h", "socks5://h:1/secret"})
  void thereIsNothingBehindTheAddress(String text) {
    assertThat(Parent.parse(text))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class,
            malformed -> assertThat(malformed.problem()).contains("has no path"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://u:a@b@h",
        "http://u:a b@h",
        "http://u:%@h",
        "http://u:%4@h",
        "http://u:%zz@h",
        "http://ü@h",
        "http://u:\"@h"
      })
  void whatHasAMeaningIsPercentEncoded(String text) {
    assertThat(Parent.parse(text))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class,
            malformed -> assertThat(malformed.problem()).contains("%40 for @"));
  }

  @Test
  void credentialsAreNotShown() {
    Parent parent = Parent.parse("http://me:secret@proxy.example").orElseThrow();

    assertThat(parent).hasToString("http://***@proxy.example:3128");
    assertThat(parent.credentials()).hasToString("***");
    assertThat(Parent.parse("socks5://[::1]").orElseThrow()).hasToString("socks5://[::1]:1080");
  }

  @Test
  void socksHasOneByteForALength() {
    String longest = "x".repeat(255);

    assertThat(Parent.parse("socks5://" + longest + ":p@h")).isInstanceOf(Parsed.Value.class);
    assertThat(Parent.parse("socks5://x" + longest + ":p@h")).isInstanceOf(Parsed.Malformed.class);
    assertThat(Parent.parse("socks5://u:%C3%A4" + "x".repeat(254) + "@h"))
        .isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void whatCannotBeSaidIsNoParent() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Parent(Protocol.HTTP, ADDRESS, new Credentials("secret:", "secret")))
        .withMessage("credentials: the user name has a colon, which Basic lacks");
  }
}
