package io.detour.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
  private final AllowedHosts hosts =
      new AllowedHosts(Set.of(Host.parse("detour.example.com").orElseThrow()));

  @DisplayName("A02 addresses, localhost and configured names are accepted")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.1:3129",
        "10.20.1.9:80",
        "[::1]",
        "[::1]:3129",
        "localhost",
        "LOCALHOST:3129",
        "localhost.:3129",
        "detour.example.com",
        "Detour.Example.com:3129"
      })
  void accepted(String authority) {
    assertThat(hosts.accepts(authority)).isTrue();
  }

  @DisplayName("A02 foreign and malformed names are refused")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "evil.example.net",
        "evil.example.net:3129",
        "127.0.0.1.evil.example.net",
        "127.0.0.1.nip.io:3129",
        "localhost.evil.example.net",
        "xdetour.example.com",
        "detour.example.com.evil.net",
        "2130706433:3129",
        "0x7f.1",
        "::1",
        "[localhost]",
        "[localhost]:3129",
        "[::1",
        "localhost:",
        "localhost:0",
        "user@127.0.0.1",
        "127.0.0.1:3129/",
        "127.0.0.1, evil.example.net"
      })
  void refused(String authority) {
    assertThat(hosts.accepts(authority)).isFalse();
  }

  @DisplayName("A02 a page acts on the server that it is from")
  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:3129, 127.0.0.1:3129",
    "https://detour.example.com, detour.example.com",
    "HTTP://LOCALHOST:3129, localhost:3129"
  })
  void ownPage(String origin, String host) {
    assertThat(AllowedHosts.isOwnPage(origin, host)).isTrue();
  }

  @DisplayName("A02 a page of any other server does not, not even one of this machine")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "http://evil.example.net",
        "http://203.0.113.9",
        "http://127.0.0.1",
        "http://127.0.0.1:8080",
        "http://localhost:3129",
        "127.0.0.1:3129",
        "http://",
        "ftp://127.0.0.1:3129"
      })
  void foreignPage(String origin) {
    assertThat(AllowedHosts.isOwnPage(origin, "127.0.0.1:3129")).isFalse();
  }
}
