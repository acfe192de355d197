package io.detour.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubnetTest {
  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "10.20.0.0/16,       10.20.0.0/16",
    "0.0.0.0/0,          0.0.0.0/0",
    "192.0.2.1,          192.0.2.1/32",
    "192.0.2.1/32,       192.0.2.1/32",
    "128.0.0.0/1,        128.0.0.0/1",
    "2001:DB8::/32,      2001:db8::/32",
    "::/0,               ::/0",
    "::1,                ::1/128",
    "2001:db8:0:1::/64,  2001:db8:0:1::/64",
    "8000::/1,           8000::/1",
    "::ffff:10.0.0.0/8,  10.0.0.0/8",
  })
  void reads(String text, String canonical) {
    assertThat(Subnet.parse(text).orElseThrow()).hasToString(canonical);
  }

  @ParameterizedTest(name = "{0} is no subnet")
  @CsvSource(
      delimiter = '|',
      value = {
        "10.20.1.0/16    | bits behind the prefix are set (did you mean \"10.20.0.0/16\"?)",
        "2001:db8::1/64  | bits behind the prefix are set (did you mean \"2001:db8::/64\"?)",
        "10.0.0.0/33     | prefix length is not a number from 0 to 32",
        "10.0.0.0/-1     | prefix length is not a number from 0 to 32",
        "10.0.0.0/       | prefix length is not a number from 0 to 32",
        "10.0.0.0/8/8    | prefix length is not a number from 0 to 32",
        "10.0.0.0/٨      | prefix length is not a number from 0 to 32",
        "::/129          | prefix length is not a number from 0 to 128",
        "localhost       | a name is no subnet (expected: an address like 10.20.0.0/16)",
        "10.0.0/8        | host ends in a number but is not an IPv4 address of four decimal"
            + " numbers",
        "''              | host is empty",
      })
  void refuses(String text, String problem) {
    assertThat(Subnet.parse(text)).isEqualTo(Parsed.malformed(problem));
  }

  @ParameterizedTest(name = "{1} in {0}: {2}")
  @CsvSource({
    "10.20.0.0/16,   10.20.255.255,          true",
    "10.20.0.0/16,   10.21.0.0,              false",
    "10.20.0.0/16,   ::ffff:10.20.1.1,       true",
    "10.20.0.0/16,   ::10.20.1.1,            false",
    "0.0.0.0/0,      255.255.255.255,        true",
    "0.0.0.0/0,      ::1,                    false",
    "::/0,           127.0.0.1,              false",
    "::/0,           ffff::1,                true",
    "192.0.2.1,      192.0.2.1,              true",
    "192.0.2.1,      192.0.2.0,              false",
    "2001:db8::/32,  2001:db8:ffff::1,       true",
    "2001:db8::/32,  2001:db9::,             false",
    "2001:db8::/64,  2001:db8::ffff:0:0:1,   true",
    "2001:db8::/64,  2001:db8:0:1::,         false",
    "2001:db8::/65,  2001:db8::7fff:0:0:1,   true",
    "2001:db8::/65,  2001:db8::8000:0:0:1,   false",
    "::1,            ::1,                    true",
    "::1,            ::2,                    false",
  })
  void containsAddresses(String subnet, String address, boolean contained) {
    assertThat(subnet(subnet).contains(Address.of(Host.parse(address).orElseThrow())))
        .isEqualTo(contained);
  }

  @ParameterizedTest(name = "{1} within {0}: {2}")
  @CsvSource({
    "10.0.0.0/8,     10.20.0.0/16,   true",
    "10.20.0.0/16,   10.0.0.0/8,     false",
    "10.0.0.0/8,     10.0.0.0/8,     true",
    "0.0.0.0/0,      ::/0,           false",
    "::/0,           0.0.0.0/0,      false",
    "::/0,           2001:db8::/32,  true",
    "11.0.0.0/8,     10.20.0.0/16,   false",
  })
  void containsSubnets(String outer, String inner, boolean contained) {
    assertThat(subnet(outer).contains(subnet(inner))).isEqualTo(contained);
  }

  @Test
  void anAddressIsThatOfItsSocket() throws Exception {
    for (String text : new String[] {"192.0.2.1", "0.0.0.0", "2001:db8::1", "::", "fe80::1"}) {
      InetAddress socket = InetAddress.ofLiteral(text);
      assertThat(Address.of(socket)).hasToString(text);
      assertThat(Address.of(socket)).isEqualTo(Address.of(Host.parse(text).orElseThrow()));
    }
  }

  @Test
  void refusesWhatNoFileCanSay() {
    Address address = Address.of(Host.parse("10.20.1.0").orElseThrow());

    assertThatThrownBy(() -> new Subnet(address, 33)).hasMessageContaining("expected: 0..32");
    assertThatThrownBy(() -> new Subnet(address, 16)).hasMessageContaining("expected: 10.20.0.0");
    assertThatThrownBy(() -> Address.of(Host.parse("a.net").orElseThrow()))
        .hasMessage("host: a.net (expected: an address)");
  }

  private static Subnet subnet(String text) {
    return Subnet.parse(text).orElseThrow();
  }
}
