package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostFieldTest {
  @ParameterizedTest(name = "C15 C16: Host: {0} is well")
  @ValueSource(
      strings = {"h", "h:443", "h:", "H.Test.", "[::1]", "[::1]:80", "[::1]:", "192.0.2.1"})
  void aHostIsWell(String host) {
    assertThat(HostField.problem(Heads.request("hOST", host))).isNull();
  }

  @ParameterizedTest(name = "C15: Host: \"{0}\" is 400")
  @ValueSource(
      strings = {
        "",
        ":",
        ":80",
        "::",
        "h::",
        "u@h",
        "h/",
        "h:99999",
        "h:0",
        "h, h",
        "h h",
        "h?",
        "::1",
        "127.1",
        "0x7f.1",
        "%68",
        "h\u00e4",
        "h:80:",
        "http://h"
      })
  void aHostIsInvalid(String host) {
    assertThat(HostField.problem(Heads.request("Host", host)))
        .isEqualTo(new MalformedMessage(400, "the header Host is not HOST or HOST:PORT"));
  }

  @Test
  @DisplayName("C15: HTTP/1.1 without Host is 400, HTTP/1.0 is well")
  void aHostIsRequiredSinceVersion11() {
    assertThat(HostField.problem(Heads.request("Hosts", "h")))
        .isEqualTo(new MalformedMessage(400, "the header Host is missing"));
    assertThat(HostField.problem(new RequestHead("GET", "http://h/", 0, FieldLines.NONE))).isNull();
  }

  @ParameterizedTest(name = "C15: two Hosts in HTTP/1.{0} are 400")
  @ValueSource(ints = {0, 1})
  void thereIsOneHost(int minorVersion) {
    FieldLines two = new FieldLines("Host", "h", "host", "h");

    assertThat(HostField.problem(new RequestHead("GET", "http://h/", minorVersion, two)))
        .isEqualTo(new MalformedMessage(400, "there is more than one header Host"));
  }
}
