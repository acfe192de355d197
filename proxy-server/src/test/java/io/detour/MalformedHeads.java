package io.detour;

import java.util.stream.Stream;

/**
 * Request heads that are not served. Each holds {@link #MARK}, which may not stand in an answer.
 */
final class MalformedHeads {
  static final String MARK = "zq9x";

  static final String HOST = "Host: zq9x.test\r\n";
  private static final String END = "\r\n";

  private MalformedHeads() {}

  /**
   * A head and its answer.
   *
   * @param covers row of the conformance matrix, and what the head is
   * @param head to the blank line; {@code PORT} stands for the origin's port
   * @param status expected
   */
  record Row(String covers, String head, int status) {
    @Override
    public String toString() {
      return covers + " is " + status;
    }
  }

  /** CONNECT with this request target, and a Host that is well. */
  private static Row target(String covers, String target) {
    return new Row(covers, "CONNECT " + target + " HTTP/1.1\r\n" + HOST + END, 400);
  }

  /** CONNECT to the origin with these lines instead of a Host. */
  private static Row fields(String covers, String lines) {
    return new Row(covers, "CONNECT 127.0.0.1:PORT HTTP/1.1\r\n" + lines + END, 400);
  }

  /** CONNECT to the origin with a Host that is well, and these lines. */
  private static Row moreFields(String covers, String lines) {
    return fields(covers, HOST + lines);
  }

  private static Row line(String covers, String line, int status) {
    return new Row(covers, line + "\r\n" + HOST + END, status);
  }

  static Stream<Row> targets() {
    return Stream.of(
        target("C04: no port", "zq9x.test"),
        target("C04: an empty port", "zq9x.test:"),
        target("C04: an empty host", ":443"),
        target("C04: a colon alone", ":"),
        target("C04: an asterisk", "*"),
        target("C05: port 0", "zq9x.test:0"),
        target("C05: port 65536", "zq9x.test:65536"),
        target("C05: port 99999", "zq9x.test:99999"),
        target("C05: port 443 + 65536", "zq9x.test:65979"),
        target("C05: port 443 + 2^32", "zq9x.test:4294967739"),
        target("C05: a negative port", "zq9x.test:-1"),
        target("C05: a port with a sign", "zq9x.test:+80"),
        target("C05: a port by name", "zq9x.test:https"),
        target("C05: a hexadecimal port", "zq9x.test:0x1bb"),
        target("C07: user information", "zq9x:secret@zq9x.test:443"),
        target("C07: a user without a password", "zq9x@zq9x.test:443"),
        target("C08: a URL", "http://zq9x.test:443"),
        target("C08: an https URL", "https://zq9x.test:443/"),
        target("C08: a path", "zq9x.test:443/"),
        target("C08: a query", "zq9x.test:443?zq9x"),
        target("C08: a fragment", "zq9x.test:443#zq9x"),
        target("C08: no scheme", "//zq9x.test:443"),
        target("C09: IPv6 without brackets", "::1:443"),
        target("C09: IPv6 with a zone", "[fe80::1%25eth0]:443"),
        target("C09: IPv6 with a raw zone", "[fe80::1%eth0]:443"),
        target("C09: IPv6 without a closing bracket", "[::1:443"),
        target("C09: IPv6 and no port", "[::1]"),
        target("C09: text behind the bracket", "[::1]zq9x:443"),
        target("C09: IPv6 of nine groups", "[1:2:3:4:5:6:7:8:9]:443"),
        target("C10: IPv4 in brackets", "[127.0.0.1]:PORT"),
        target("C10: a name in brackets", "[localhost]:PORT"),
        target("C11: IPv4 as one number", "2130706433:PORT"),
        target("C11: hexadecimal IPv4", "0x7f.1:PORT"),
        target("C11: short IPv4", "127.1:PORT"),
        target("C11: octal IPv4", "0177.0.0.1:PORT"),
        target("C11: IPv4 with a leading zero", "010.0.0.1:PORT"),
        target("C11: rooted IPv4", "127.0.0.1.:PORT"),
        target("C11: IPv4 out of range", "127.0.0.256:PORT"),
        target("C12: NUL in the host", "zq9x\0.test:443"),
        target("C12: a control character in the host", "zq9x\u0001.test:443"),
        target("C12: a space in the host", "zq9x .test:443"),
        target("C12: a tab in the host", "zq9x\t.test:443"),
        target("C12: DEL in the host", "zq9x\u007f.test:443"),
        target("C12: a byte above 0x7f in the host", "zq9x\u00e4.test:443"),
        target("C12: a percent sign in the host", "zq9x%2etest:443"),
        target("C12: a backslash in the host", "zq9x\\.test:443"),
        target("C12: a quote in the host", "zq9x\".test:443"),
        target("C12: markup in the host", "<b>zq9x</b>:443"),
        target("C12: a comma between two targets", "zq9x.test:443,zq9x.test:443"),
        target("C12: two ports", "zq9x.test:443:443"),
        target("C14: a label of 64", "zq9x" + "a".repeat(60) + ".test:443"),
        target("C14: a name of 254", "zq9x.".repeat(50) + "test:443"),
        target("C14: an empty label", "zq9x..test:443"),
        target("C14: a leading dot", ".zq9x.test:443"),
        target("C14: dots alone", "..:443"));
  }

  static Stream<Row> fields() {
    return Stream.of(
        fields("C15: no Host", "X: zq9x\r\n"),
        fields("C15: two Hosts", HOST + HOST),
        fields("C15: two Hosts that differ", HOST + "Host: other.test\r\n"),
        fields("C15: an empty Host", "Host: \r\nX: zq9x\r\n"),
        fields("C15: a Host with user information", "Host: zq9x@zq9x.test\r\n"),
        fields("C15: a Host with a path", "Host: zq9x.test/\r\n"),
        fields("C15: a Host with a bad port", "Host: zq9x.test:99999\r\n"),
        fields("C15: two Hosts in one", "Host: zq9x.test, zq9x.test\r\n"),
        moreFields("C17: Content-Length", "Content-Length: 5\r\n"),
        moreFields("C17: Content-Length that is no number", "Content-Length: zq9x\r\n"),
        moreFields("C17: a negative Content-Length", "Content-Length: -1\r\n"),
        moreFields("C17: Content-Length with a sign", "Content-Length: +0\r\n"),
        moreFields("C17: two Content-Lengths", "Content-Length: 0\r\nContent-Length: 5\r\n"),
        moreFields("C17: Transfer-Encoding", "Transfer-Encoding: chunked\r\n"),
        moreFields("C17: a Content-Length for CGI", "Content_Length: 5\r\n"),
        moreFields("C17: an unknown Transfer-Encoding", "Transfer-Encoding: zq9x\r\n"),
        moreFields(
            "C17: Content-Length 0 and Transfer-Encoding",
            "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
        moreFields("C21: a space before the colon", "X : zq9x\r\n"),
        moreFields("C21: a tab before the colon", "X\t: zq9x\r\n"),
        moreFields("C21: no colon", "zq9x\r\n"),
        moreFields("C21: no name", ": zq9x\r\n"),
        moreFields("C21: NUL in a value", "X: zq9x\0\r\n"),
        moreFields("C21: NUL in a name", "X\0: zq9x\r\n"),
        moreFields("C21: a control character in a name", "X\u0001: zq9x\r\n"),
        moreFields("C21: a bare CR in a value", "X: zq9x\rY: b\r\n"),
        moreFields("C21: a space in a name", "X Y: zq9x\r\n"),
        fields("C21: a space before the first field", " X: zq9x\r\n" + HOST),
        fields("C21: a tab before the first field", "\tX: zq9x\r\n" + HOST));
  }

  static Stream<Row> requestLines() {
    return Stream.of(
        line("C19: CONNECT in lower case", "connect zq9x.test:443 HTTP/1.1", 400),
        line("C19: CONNECT in mixed case", "Connect http://zq9x.test:443/ HTTP/1.1", 400),
        line("Q14: a method that is no token", "ZQ9X(1) http://zq9x.test/ HTTP/1.1", 400),
        line("Q14: an unknown method with an authority", "CONNECTS zq9x.test:443 HTTP/1.1", 400),
        line("C19: HTTP/2.0", "CONNECT zq9x.test:443 HTTP/2.0", 505),
        line("C19: HTTP/0.9", "CONNECT zq9x.test:443 HTTP/0.9", 400),
        line("C19: no version", "CONNECT zq9x.test:443", 400),
        line("C19: another protocol", "CONNECT zq9x.test:443 ZQ9X/1.1", 400),
        line("C19: a version that is no number", "CONNECT zq9x.test:443 HTTP/1.x", 400),
        line("C19: a version of three numbers", "CONNECT zq9x.test:443 HTTP/1.1.1", 400),
        line("C19: no target", "CONNECT HTTP/1.1", 400),
        line("C19: four words", "CONNECT zq9x.test:443 HTTP/1.1 zq9x", 400),
        line("C19: a space behind the version", "CONNECT zq9x.test:443 HTTP/1.1 ", 400),
        line("C20: a leading NUL", "\0CONNECT zq9x.test:443 HTTP/1.1", 400),
        line("C20: a leading control character", "\u0001CONNECT zq9x.test:443 HTTP/1.1", 400),
        line("C20: a bare CR in the line", "CONNECT zq9x.test:443 HTTP/1.1\rX", 400),
        new Row(
            "C20: lines that end in bare LF",
            "CONNECT 127.0.0.1:PORT HTTP/1.1\nHost: zq9x.test\n\n",
            400),
        new Row(
            "C20: a field that ends in bare LF",
            "CONNECT 127.0.0.1:PORT HTTP/1.1\r\nHost: zq9x.test\nX: a\r\n\r\n",
            400),
        new Row(
            "C20: lines that end in bare CR",
            "CONNECT 127.0.0.1:PORT HTTP/1.1\rHost: zq9x.test\r\r\n\r\n",
            400),
        line("F02: origin-form", "GET /zq9x HTTP/1.1", 400),
        line("F02: asterisk-form", "OPTIONS * HTTP/1.1", 400),
        line("F02: https", "GET https://zq9x.test/ HTTP/1.1", 501),
        line("F02: ftp", "GET ftp://zq9x.test/ HTTP/1.1", 501),
        line("F02: gopher", "GET gopher://zq9x.test/ HTTP/1.1", 501),
        line("F02: file", "GET file:///zq9x HTTP/1.1", 501),
        line("F02: file with a host", "GET file://zq9x.test/etc/passwd HTTP/1.1", 501),
        new Row("TLS instead of HTTP", "\u0016\u0003\u0001\u0000\u00a5zq9x\r\n\r\n", 400),
        new Row("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505));
  }

  /** What lenient readers, Netty's among them, repair without telling. */
  static Stream<Row> repaired() {
    return Stream.of(
        moreFields("C21: a folded line", "X: a\r\n zq9x\r\n"),
        moreFields("C21: a line folded by a tab", "X: a\r\n\tzq9x\r\n"),
        line("C19: the version in lower case", "CONNECT zq9x.test:443 http/1.1", 400),
        line("C19: two spaces", "CONNECT  zq9x.test:443 HTTP/1.1", 400),
        line("C19: a tab for a space", "CONNECT\tzq9x.test:443 HTTP/1.1", 400),
        line("C20: a bare CR for a space", "CONNECT\rzq9x.test:443 HTTP/1.1", 400),
        line("C19: a trailing space", "CONNECT zq9x.test:443 HTTP/1.1 ", 400),
        line("C20: a leading space", " CONNECT zq9x.test:443 HTTP/1.1", 400));
  }
}
