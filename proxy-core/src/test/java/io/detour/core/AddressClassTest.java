package io.detour.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressClassTest {
  @ParameterizedTest(name = "W05: {0} is {1}")
  @CsvSource({
    "127.0.0.1,                LOOPBACK",
    "127.255.255.255,          LOOPBACK",
    "128.0.0.1,",
    "126.255.255.255,",
    "::1,                      LOOPBACK",
    "::ffff:127.0.0.1,         LOOPBACK",
    "::127.0.0.1,              LOOPBACK",
    "64:ff9b::127.0.0.1,       LOOPBACK",
    "2002:7f00:1::1,           LOOPBACK",
    "2002:7f00:1::,            LOOPBACK",
    "2002:7fff:ffff:1:2:3:4:5, LOOPBACK",
    "169.254.0.1,              LINK_LOCAL",
    "169.254.169.253,          LINK_LOCAL",
    "169.253.255.255,",
    "169.255.0.0,",
    "fe80::1,                  LINK_LOCAL",
    "febf:ffff::1,             LINK_LOCAL",
    "fec0::1,",
    "fe7f:ffff::1,",
    "64:ff9b::169.254.1.1,     LINK_LOCAL",
    "224.0.0.1,                MULTICAST",
    "239.255.255.255,          MULTICAST",
    "255.255.255.255,          MULTICAST",
    "240.0.0.1,",
    "255.255.255.254,",
    "223.255.255.255,",
    "ff02::1,                  MULTICAST",
    "ff00::,                   MULTICAST",
    "feff::1,",
    "0.0.0.0,                  UNSPECIFIED",
    "0.255.255.255,            UNSPECIFIED",
    "1.0.0.0,",
    "::,                       UNSPECIFIED",
    "::2,                      UNSPECIFIED",
    "64:ff9b::,                UNSPECIFIED",
    "2002::1,                  UNSPECIFIED",
    "169.254.169.254,          METADATA",
    "::ffff:169.254.169.254,   METADATA",
    "64:ff9b::169.254.169.254, METADATA",
    "2002:a9fe:a9fe::1,        METADATA",
    "169.254.170.2,            METADATA",
    "169.254.170.23,           METADATA",
    "168.63.129.16,            METADATA",
    "100.100.100.200,          METADATA",
    "192.0.0.192,              METADATA",
    "fd00:ec2::254,            METADATA",
    "fd00:ec2::23,             METADATA",
    "fd20:ce::254,             METADATA",
    "fd00:ec2::253,",
    "10.0.0.1,",
    "192.168.0.1,",
    "192.0.2.1,",
    "2001:db8::1,",
    "64:ff9b::192.0.2.1,",
    "64:ff9b:1::127.0.0.1,",
    "2002:c000:201::7f00:1,",
    "::192.0.2.1,",
    "2001:db8::127.0.0.1,",
    "::fffe:127.0.0.1,",
  })
  void anAddressIsInOneClass(String text, @Nullable AddressClass expected) {
    Address address = Address.of(InetAddress.ofLiteral(text));

    assertThat(AddressClass.of(address)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} leads to {1}")
  @CsvSource({
    "10.1.2.3,            10.1.2.3",
    "::ffff:10.1.2.3,     10.1.2.3",
    "::10.1.2.3,          10.1.2.3",
    "64:ff9b::10.1.2.3,   10.1.2.3",
    "64:ff9b::1:a01:203,  64:ff9b::1:a01:203",
    "2002:a01:203::,      10.1.2.3",
    "2002:a01:203:1::1,   10.1.2.3",
    "2003:a01:203::,      2003:a01:203::",
    "::1,                 ::1",
    "::,                  ::",
  })
  void anIpv4AddressInsideAnIpv6AddressIsFound(String text, String reached) {
    Address address = Address.of(InetAddress.ofLiteral(text));

    assertThat(address.reached()).isEqualTo(Address.of(InetAddress.ofLiteral(reached)));
  }
}
