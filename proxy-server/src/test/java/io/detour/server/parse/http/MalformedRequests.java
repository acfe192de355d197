package io.detour.server.parse.http;

import java.util.stream.Stream;

/** Request heads that are not served. Those with input of their own hold {@code zq9x}. */
final class MalformedRequests {
  private static final String LINE = "GET http://h/ HTTP/1.1\r\n";
  private static final String HOST = "Host: h\r\n";
  private static final String END = "\r\n";

  private MalformedRequests() {}

  /**
   * A head and its status.
   *
   * @param covers row of the conformance matrix, and what the head is
   */
  record Row(String covers, String text, int status) {
    @Override
    public String toString() {
      return covers + " is " + status;
    }
  }

  private static Row line(String covers, String line, int status) {
    return new Row(covers, line + "\r\n" + HOST + END, status);
  }

  private static Row fields(String covers, String lines) {
    return new Row(covers, LINE + lines + END, 400);
  }

  static Stream<Row> rows() {
    return Stream.of(requestLines(), lineEnds(), fields(), limits()).flatMap(rows -> rows);
  }

  private static Stream<Row> requestLines() {
    return Stream.of(
        line("C19: HTTP/2.0", "CONNECT zq9x:443 HTTP/2.0", 505),
        line("C19: HTTP/3.0", "CONNECT zq9x:443 HTTP/3.0", 505),
        line("C19: HTTP/9.9", "GET http://zq9x/ HTTP/9.9", 505),
        line("C19: HTTP/0.9", "CONNECT zq9x:443 HTTP/0.9", 400),
        line("C19: HTTP/0.0", "CONNECT zq9x:443 HTTP/0.0", 400),
        line("C19: no version", "CONNECT zq9x:443", 400),
        line("C19: a simple request of HTTP/0.9", "GET /zq9x", 400),
        line("C19: another protocol", "CONNECT zq9x:443 ZQ9X/1.1", 400),
        line("C19: the version in lower case", "CONNECT zq9x:443 http/1.1", 400),
        line("C19: HTTPS for HTTP", "CONNECT zq9x:443 HTTPS/1.1", 400),
        line("C19: a version of no digits", "CONNECT zq9x:443 HTTP/", 400),
        line("C19: a version without a point", "CONNECT zq9x:443 HTTP/11", 400),
        line("C19: a version of one number", "CONNECT zq9x:443 HTTP/1", 400),
        line("C19: a version without a minor number", "CONNECT zq9x:443 HTTP/1.", 400),
        line("C19: a version that is no number", "CONNECT zq9x:443 HTTP/1.x", 400),
        line("C19: a version with a comma", "CONNECT zq9x:443 HTTP/1,1", 400),
        line("C19: a minor version of two digits", "CONNECT zq9x:443 HTTP/1.10", 400),
        line("C19: a major version of two digits", "CONNECT zq9x:443 HTTP/01.1", 400),
        line("C19: a version of three numbers", "CONNECT zq9x:443 HTTP/1.1.1", 400),
        line("C19: no target", "CONNECT HTTP/1.1", 400),
        line("C19: an empty target", "CONNECT  HTTP/1.1", 400),
        line("C19: a method alone", "CONNECT", 400),
        line("C19: four words", "CONNECT zq9x:443 HTTP/1.1 zq9x", 400),
        line("C19: a space behind the version", "CONNECT zq9x:443 HTTP/1.1 ", 400),
        line("C19: a tab behind the version", "CONNECT zq9x:443 HTTP/1.1\t", 400),
        line("C19: two spaces before the target", "CONNECT  zq9x:443 HTTP/1.1", 400),
        line("C19: two spaces before the version", "CONNECT zq9x:443  HTTP/1.1", 400),
        line("C19: a tab before the target", "CONNECT\tzq9x:443 HTTP/1.1", 400),
        line("C19: a tab before the version", "CONNECT zq9x:443\tHTTP/1.1", 400),
        line("C19: a vertical tab for a space", "CONNECT\u000bzq9x:443 HTTP/1.1", 400),
        line("C19: a no-break space for a space", "CONNECT\u00a0zq9x:443 HTTP/1.1", 400),
        line("C19: a leading space", " CONNECT zq9x:443 HTTP/1.1", 400),
        line("C19: a leading tab", "\tCONNECT zq9x:443 HTTP/1.1", 400),
        line("C19: a method with a colon", "GET: http://zq9x/ HTTP/1.1", 400),
        line("C19: a method with a slash", "G/T http://zq9x/ HTTP/1.1", 400),
        line("C19: a method in quotes", "\"GET\" http://zq9x/ HTTP/1.1", 400),
        line("C19: a method of obs-text", "G\u00cbT http://zq9x/ HTTP/1.1", 400),
        line("C12: NUL in the target", "GET http://zq9x\0/ HTTP/1.1", 400),
        line("C12: a control character in the target", "GET http://zq9x\u0001/ HTTP/1.1", 400),
        line("C12: DEL in the target", "GET http://zq9x\u007f/ HTTP/1.1", 400),
        line("C12: obs-text in the target", "GET http://zq9x\u00e4/ HTTP/1.1", 400),
        line("C12: a space in the target", "GET http://zq9x/a b HTTP/1.1", 400),
        new Row("TLS instead of HTTP", "\u0016\u0003\u0001\u0000\u00a5zq9x", 400),
        new Row("SOCKS 5 instead of HTTP", "\u0005\u0001\0", 400),
        new Row("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505));
  }

  private static Stream<Row> lineEnds() {
    return Stream.of(
        line("C20: a leading NUL", "\0CONNECT zq9x:443 HTTP/1.1", 400),
        line("C20: a leading control character", "\u0001CONNECT zq9x:443 HTTP/1.1", 400),
        line("C20: a leading bare LF", "\nCONNECT zq9x:443 HTTP/1.1", 400),
        line("C20: a leading bare CR", "\rCONNECT zq9x:443 HTTP/1.1", 400),
        line("C20: a leading bare LF behind an empty line", "\r\n\nGET http://zq9x/ HTTP/1.1", 400),
        line("C20: a bare CR behind the line", "CONNECT zq9x:443 HTTP/1.1\rX", 400),
        line("C20: two CRs behind the line", "CONNECT zq9x:443 HTTP/1.1\r", 400),
        line("C20: a bare CR for a space", "CONNECT\rzq9x:443 HTTP/1.1", 400),
        line("C20: a bare CR in the target", "GET http://zq9x\r/ HTTP/1.1", 400),
        line("C20: a bare LF in the target", "GET http://zq9x\n/ HTTP/1.1", 400),
        new Row("C20: lines that end in bare LF", "GET http://h/ HTTP/1.1\nHost: zq9x\n\n", 400),
        new Row("C20: lines that end in bare CR", "GET http://h/ HTTP/1.1\rHost: zq9x\r\r", 400),
        fields("C20: a field that ends in bare LF", HOST + "X: zq9x\n"),
        fields("C20: a field that ends in bare CR", HOST + "X: zq9x\rY: b\r\n"),
        fields("C20: a field that ends in two CRs", HOST + "X: zq9x\r\r\n"),
        fields("C20: a blank line of bare LF", HOST + "\n"),
        fields("C20: a blank line of two CRs", HOST + "\r"),
        fields("C20: a blank line of bare CR", HOST + "\rX: zq9x\r\n"));
  }

  private static Stream<Row> fields() {
    return Stream.of(
        fields("C21: a space before the colon", HOST + "X : zq9x\r\n"),
        fields("C21: a tab before the colon", HOST + "X\t: zq9x\r\n"),
        fields("C21: no colon", HOST + "zq9x\r\n"),
        fields("C21: no name", HOST + ": zq9x\r\n"),
        fields("C21: a colon alone", HOST + ":\r\n"),
        fields("C21: NUL in a value", HOST + "X: zq9x\0\r\n"),
        fields("C21: NUL in a name", HOST + "X\0: zq9x\r\n"),
        fields("C21: a control character in a value", HOST + "X: zq9x\u0008\r\n"),
        fields("C21: a control character before a value", HOST + "X:\u000bzq9x\r\n"),
        fields("C21: DEL in a value", HOST + "X: zq9x\u007f\r\n"),
        fields("C21: a control character in a name", HOST + "X\u0001: zq9x\r\n"),
        fields("C21: a leading control character in a name", HOST + "\u000bX: zq9x\r\n"),
        fields("C21: obs-text in a name", HOST + "X\u00e4: zq9x\r\n"),
        fields("C21: obs-text begins a name", HOST + "\u00e4: zq9x\r\n"),
        fields("C21: a space in a name", HOST + "X Y: zq9x\r\n"),
        fields("C21: parentheses in a name", HOST + "X(Y): zq9x\r\n"),
        fields("C21: quotes round a name", HOST + "\"X\": zq9x\r\n"),
        fields("C21: a space before the first field", " X: zq9x\r\n" + HOST),
        fields("C21: a tab before the first field", "\tX: zq9x\r\n" + HOST),
        fields("C21: a line of a space before the first field", " \r\n" + HOST),
        fields("C21: a folded line", HOST + "X: a\r\n zq9x\r\n"),
        fields("C21: a line folded by a tab", HOST + "X: a\r\n\tzq9x\r\n"),
        fields("C21: a folded line without text", HOST + "X: zq9x\r\n \r\n"),
        fields("C21: a folded line behind an empty value", "Transfer-Encoding:\r\n chunked\r\n"));
  }

  private static Stream<Row> limits() {
    return Stream.of(
        new Row("L02: a target of 8193 bytes", "GET " + "a".repeat(8193), 414),
        new Row("L02: a longer target with a line end", "GET /" + "a".repeat(9000) + "\n", 414),
        new Row("L02: a method that never ends", "G".repeat(64 << 10), 431),
        new Row("L02: a head of 64 KiB without an end", LINE + "X: " + "a".repeat(70_000), 431),
        new Row("L02: a name that never ends", LINE + "X".repeat(70_000), 431),
        new Row("L02: a value of white space", LINE + "X:" + " ".repeat(70_000), 431),
        new Row("L02: 101 fields", LINE + "X: zq9x\r\n".repeat(100) + "Y", 431));
  }
}
