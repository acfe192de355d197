package io.detour;

import io.detour.MalformedHeads.Row;
import java.util.stream.Stream;

/** Request targets with an authority that is none, of CONNECT and in URLs. */
final class MalformedAuthorities {
  private MalformedAuthorities() {}

  private static Row connect(String covers, String target) {
    return row("CONNECT", covers, target);
  }

  private static Row get(String covers, String target) {
    return row("GET", covers, target);
  }

  private static Row row(String method, String covers, String target) {
    return new Row(
        covers, method + " " + target + " HTTP/1.1\r\n" + MalformedHeads.HOST + "\r\n", 400);
  }

  static Stream<Row> connect() {
    return Stream.of(
        connect("C04: a port alone", "443"),
        connect("C04: two colons", "zq9x.test::443"),
        connect("C04: a colon at the end", "zq9x.test:443:"),
        connect("C04: a dot alone", ".:443"),
        connect("C05: a port of 20 digits", "zq9x.test:00000000000000000443x"),
        connect("C05: port 2^31", "zq9x.test:2147483648"),
        connect("C05: port 2^63 + 443", "zq9x.test:9223372036854776251"),
        connect("C05: an octal port with a letter", "zq9x.test:0o673"),
        connect("C05: a port with a fraction", "zq9x.test:443.0"),
        connect("C05: a port with an exponent", "zq9x.test:4e2"),
        connect("C05: a port with an underscore", "zq9x.test:4_43"),
        connect("C05: a port with a comma", "zq9x.test:443,80"),
        connect("C05: a port with a semicolon", "zq9x.test:443;"),
        connect("C05: a port with a percent sign", "zq9x.test:%34%34%33"),
        connect("C05: a port with a negative zero", "zq9x.test:-0"),
        connect("C05: a range of ports", "zq9x.test:443-445"),
        connect("C07: an empty user", "@zq9x.test:443"),
        connect("C07: two at signs", "a@b@zq9x.test:443"),
        connect("C07: an at sign behind the port", "zq9x.test:443@evil.test"),
        connect("C07: an encoded at sign", "a%40zq9x.test:443"),
        connect("C08: a scheme without slashes", "http:zq9x.test:443"),
        connect("C08: a URL without a port", "http://zq9x.test/"),
        connect("C08: ftp", "ftp://zq9x.test:443"),
        connect("C08: origin-form", "/zq9x"),
        connect("C08: a path and a query", "zq9x.test:443/a?b"),
        connect("C08: a backslash behind the port", "zq9x.test:443\\"),
        connect("C09: empty brackets", "[]:443"),
        connect("C09: a bracket alone", "[:443"),
        connect("C09: a closing bracket alone", "::1]:443"),
        connect("C09: two pairs of brackets", "[[::1]]:443"),
        connect("C09: brackets around the port", "[::1:443]"),
        connect("C09: three colons", "[:::1]:443"),
        connect("C09: two gaps", "[1::2::3]:443"),
        connect("C09: a group of five digits", "[12345::]:443"),
        connect("C09: a group that is no number", "[::zq9x]:443"),
        connect("C09: a colon at the end", "[1:2:3:4:5:6:7:]:443"),
        connect("C09: a colon at the start", "[:1:2:3:4:5:6:7]:443"),
        connect("C09: seven groups", "[1:2:3:4:5:6:7]:443"),
        connect("C09: a gap of nothing", "[1:2:3:4::5:6:7:8:9]:443"),
        connect("C09: IPv4 of three numbers in IPv6", "[::ffff:127.0.1]:443"),
        connect("C09: IPv4 out of range in IPv6", "[::ffff:127.0.0.256]:443"),
        connect("C09: IPv4 with a zero in IPv6", "[::ffff:127.0.0.01]:443"),
        connect("C09: IPv4 in the middle of IPv6", "[::127.0.0.1:1]:443"),
        connect("C09: a space in brackets", "[ ::1]:443"),
        connect("C09: a prefix length", "[::1/128]:443"),
        connect("C09: an IPvFuture", "[v1.zq9x]:443"),
        connect("C09: an empty zone", "[fe80::1%]:443"),
        connect("C11: IPv4 of five numbers", "127.0.0.0.1:PORT"),
        connect("C11: IPv4 of three numbers", "127.0.1:PORT"),
        connect("C11: hexadecimal IPv4 as one number", "0x7f000001:PORT"),
        connect("C11: octal IPv4 as one number", "017700000001:PORT"),
        connect("C11: each number hexadecimal", "0x7f.0x0.0x0.0x1:PORT"),
        connect("C11: a number of many zeros", "127.0.0.0000000001:PORT"),
        connect("C11: 0", "0:PORT"),
        connect("C11: 0x0", "0x0:PORT"),
        connect("C11: a number above 32 bits", "4294967297:PORT"),
        connect("C11: an empty number", "127..0.1:PORT"),
        connect("C11: a last label that is a number", "zq9x.1:PORT"),
        connect("C11: a last label that is hexadecimal", "zq9x.0x1:PORT"),
        connect("C11: rooted IPv4 as one number", "2130706433.:PORT"),
        connect("C12: a semicolon in the host", "zq9x;.test:443"),
        connect("C12: an equals sign in the host", "zq9x=.test:443"),
        connect("C12: a dollar sign in the host", "zq9x$.test:443"),
        connect("C12: an exclamation mark in the host", "zq9x!.test:443"),
        connect("C12: an asterisk in the host", "*.zq9x.test:443"),
        connect("C12: parentheses in the host", "zq9x(1).test:443"),
        connect("C12: a pipe in the host", "zq9x|.test:443"),
        connect("C12: a caret in the host", "zq9x^.test:443"),
        connect("C12: a backtick in the host", "zq9x`id`.test:443"),
        connect("C12: a brace in the host", "zq9x{0}.test:443"),
        connect("C12: a tilde in the host", "~zq9x.test:443"),
        connect("C12: an ampersand in the host", "zq9x&.test:443"),
        connect("C12: a plus sign in the host", "zq9x+.test:443"),
        connect("C12: encoded CR LF", "zq9x%0d%0a.test:443"),
        connect("C12: encoded NUL", "zq9x%00.test:443"),
        connect("C12: a soft hyphen", "zq9x\u00ad.test:443"),
        connect("C12: a full-width dot as UTF-8", "zq9x\u00ef\u00bc\u008etest:443"),
        connect("C14: two dots at the end", "zq9x.test..:443"),
        connect("C14: a label of 1000", "z".repeat(1000) + ":443"));
  }

  static Stream<Row> urls() {
    return Stream.of(
        get("F02: a URL without a host", "http://"),
        get("F02: a URL with a path alone", "http:///zq9x"),
        get("F02: a URL with a port alone", "http://:80/"),
        get("F02: a URL with one slash", "http:/zq9x.test/"),
        get("F02: a URL without slashes", "http:zq9x.test"),
        get("F02: a host alone", "zq9x.test"),
        get("F02: authority-form", "zq9x.test:80"),
        get("F02: an asterisk", "*"),
        get("F02: backslashes for slashes", "http:\\\\zq9x.test\\"),
        get("F02: no scheme", "//zq9x.test/"),
        get("C07: user information in a URL", "http://zq9x:secret@zq9x.test/"),
        get("C07: an empty user in a URL", "http://@zq9x.test/"),
        get("C08: a fragment in a URL", "http://zq9x.test/#zq9x"),
        get("C05: port 0 in a URL", "http://zq9x.test:0/"),
        get("C05: port 65536 in a URL", "http://zq9x.test:65536/"),
        get("C09: IPv6 without brackets in a URL", "http://::1/"),
        get("C09: a zone in a URL", "http://[fe80::1%25eth0]/"),
        get("C10: IPv4 in brackets in a URL", "http://[127.0.0.1]:PORT/"),
        get("C11: IPv4 as one number in a URL", "http://2130706433:PORT/"),
        get("C11: octal IPv4 in a URL", "http://0177.0.0.1:PORT/"),
        get("C12: a backslash in the host of a URL", "http://zq9x.test\\@evil.test/"),
        get("C12: an encoded slash in the host of a URL", "http://zq9x.test%2f/"),
        get("C12: obs-text in a path", "http://zq9x.test/\u00e4"),
        get("C14: an empty label in a URL", "http://zq9x..test/"));
  }
}
