package io.detour.server.accept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol, to the letter. */
class ProxyHeaderTest {
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final String IPV4 = "c0000201 c6336401 dc04 01bb ";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443       | 192.0.2.1   | 56324",
        "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535 | 255.255.255.255 | 65535",
        "PROXY TCP4 0.0.0.0 0.0.0.0 0 0                    | 0.0.0.0     | 0",
        "PROXY TCP6 2001:db8::1 2001:db8::2 1 2            | 2001:db8::1 | 1",
        "PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2               | 192.0.2.1   | 1",
        "PROXY TCP6 ffff:f:f:f:f:f:f:ffff ffff:f:f:f:f:f:f:ffff 65535 65535 | ffff:f:f:f:f:f:f:ffff"
            + " | 65535",
      })
  void aTextHeaderTellsTheSource(String line, String address, int port) {
    InetSocketAddress source = new InetSocketAddress(InetAddress.ofLiteral(address), port);
    for (ProxyProtocol protocol : new ProxyProtocol[] {ProxyProtocol.V1, ProxyProtocol.AUTO}) {
      assertThat(read(line + "\r\nGET", protocol))
          .isEqualTo(new ProxyHeader.Complete(line.length() + 2, source));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN",
        "PROXY UNKNOWN ",
        "PROXY UNKNOWN ffff:f:f:f:f:f:f:f ffff:f:f:f:f:f:f:f 65535 65535",
        "PROXY UNKNOWN whatever it is",
      })
  void anUnknownSourceIsNone(String line) {
    assertThat(read(line + "\r\n", ProxyProtocol.V1))
        .isEqualTo(new ProxyHeader.Complete(line.length() + 2, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CONNECT a.test:443 HTTP/1.1\r\n",
        "proxy TCP4 192.0.2.1 198.51.100.1 56324 443\r\n",
        " PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n",
        "PROXY  TCP4 192.0.2.1 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 \r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 1\r\n",
        "PROXY TCP4 192.0.2 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 192.0.2.256 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 192.0.02.1 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 0300.0.2.1 198.51.100.1 56324 443\r\n",
        "PROXY TCP4 ::1 ::1 56324 443\r\n",
        "PROXY TCP4 192.0.2.1 name.test 56324 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 056 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 -1 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 +1 443\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.1 1 443\r\n",
        "PROXY TCP6 [::1] ::1 1 443\r\n",
        "PROXY TCP6 fe80::1%eth0 ::1 1 443\r\n",
        "PROXY TCP6 1::2::3 ::1 1 443\r\n",
        "PROXY TCP5 192.0.2.1 198.51.100.1 1 443\r\n",
        "PROXY UDP4 192.0.2.1 198.51.100.1 1 443\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY\r\n",
        "PROXY \r\n",
      })
  void whatIsNoTextHeaderIsMalformed(String text) {
    assertThat(read(text, ProxyProtocol.V1)).isInstanceOf(ProxyHeader.Malformed.class);
    assertThat(read(text, ProxyProtocol.AUTO)).isInstanceOf(ProxyHeader.Malformed.class);
  }

  @Test
  void aTextHeaderHasAtMost107Bytes() {
    String longest = "PROXY UNKNOWN " + "x".repeat(107 - 16);
    assertThat(read(longest + "\r\n", ProxyProtocol.V1))
        .isEqualTo(new ProxyHeader.Complete(107, null));
    assertThat(read(longest + "x\r\n", ProxyProtocol.V1))
        .isEqualTo(new ProxyHeader.Malformed("the PROXY line is longer than 107 bytes"));
    assertThat(read(longest + "xx", ProxyProtocol.V1)).isInstanceOf(ProxyHeader.Malformed.class);
    assertThat(read(longest, ProxyProtocol.V1)).isInstanceOf(ProxyHeader.Incomplete.class);
  }

  @Test
  void everyBeginningOfAHeaderIsIncomplete() {
    String text = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
    for (int length = 0; length < text.length(); length++) {
      assertThat(read(text.substring(0, length), ProxyProtocol.AUTO))
          .as("%d bytes", length)
          .isInstanceOf(ProxyHeader.Incomplete.class);
    }
    byte[] binary = bytes(SIGNATURE + "2111 000c" + IPV4);
    for (int length = 0; length < binary.length; length++) {
      assertThat(read(Unpooled.wrappedBuffer(binary, 0, length), ProxyProtocol.AUTO))
          .as("%d bytes", length)
          .isInstanceOf(ProxyHeader.Incomplete.class);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "IPv4                | 2111 000c " + IPV4 + "           | 192.0.2.1   | 56324",
        "IPv4 and a TLV      | 2111 0010 " + IPV4 + "04 0001 ff | 192.0.2.1   | 56324",
        "IPv6                | 2121 0024 20010db8000000000000000000000001"
            + " 20010db8000000000000000000000002 0001 0002      | 2001:db8::1 | 1",
        "IPv6, mapped IPv4   | 2121 0024 00000000000000000000ffffc0000201"
            + " 00000000000000000000ffffc0000202 0001 0002      | 192.0.2.1   | 1",
        "LOCAL               | 2000 0000                        |             |",
        "LOCAL with bytes    | 2011 000c " + IPV4 + "           |             |",
        "LOCAL of any kind   | 20ff 0001 00                     |             |",
        "unspecified         | 2100 0000                        |             |",
        "unspecified, bytes  | 2100 0003 010203                 |             |",
      })
  void aBinaryHeaderTellsTheSource(String what, String hex, String address, Integer port) {
    byte[] header = bytes(SIGNATURE + hex);
    InetSocketAddress source =
        address == null ? null : new InetSocketAddress(InetAddress.ofLiteral(address), port);
    for (ProxyProtocol protocol : new ProxyProtocol[] {ProxyProtocol.V2, ProxyProtocol.AUTO}) {
      assertThat(read(Unpooled.wrappedBuffer(header, new byte[] {'G'}), protocol))
          .isEqualTo(new ProxyHeader.Complete(header.length, source));
    }
  }

  @Test
  void aUnixSourceIsNone() {
    byte[] header = bytes(SIGNATURE + "2131 00d8" + "00".repeat(216));
    assertThat(read(Unpooled.wrappedBuffer(header), ProxyProtocol.V2))
        .isEqualTo(new ProxyHeader.Complete(header.length, null));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "version 1          | 1111 000c " + IPV4,
        "unknown command    | 2211 000c " + IPV4,
        "addresses cut      | 2111 000b " + IPV4,
        "no addresses       | 2111 0000",
        "datagrams          | 2112 000c " + IPV4,
        "unknown family     | 2141 000c " + IPV4,
        "UNIX cut           | 2131 000c " + IPV4,
        "too long           | 2111 0ff1 " + IPV4,
        "longest            | 2000 ffff 00",
      })
  void whatIsNoBinaryHeaderIsMalformed(String what, String hex) {
    assertThat(read(Unpooled.wrappedBuffer(bytes(SIGNATURE + hex)), ProxyProtocol.V2))
        .isInstanceOf(ProxyHeader.Malformed.class);
  }

  @Test
  void oneVersionIsNotTakenForTheOther() {
    assertThat(read("PROXY UNKNOWN\r\n", ProxyProtocol.V2))
        .isInstanceOf(ProxyHeader.Malformed.class);
    assertThat(read(Unpooled.wrappedBuffer(bytes(SIGNATURE + "2000 0000")), ProxyProtocol.V1))
        .isInstanceOf(ProxyHeader.Malformed.class);
    assertThat(read("\r\nGET", ProxyProtocol.AUTO)).isInstanceOf(ProxyHeader.Malformed.class);
  }

  private static ProxyHeader read(String text, ProxyProtocol protocol) {
    return read(Unpooled.copiedBuffer(text, ISO_8859_1), protocol);
  }

  private static ProxyHeader read(ByteBuf bytes, ProxyProtocol protocol) {
    return ProxyHeader.read(bytes, protocol);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
