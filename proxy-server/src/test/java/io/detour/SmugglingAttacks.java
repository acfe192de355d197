package io.detour;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Requests that one parser ends elsewhere than another. Behind each comes {@code GET /smuggled}: as
 * content for one, as a request for the other. {@code ORIGIN} stands for the origin.
 */
final class SmugglingAttacks {
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
  private static final String LAST = "0\r\n\r\n";

  private SmugglingAttacks() {}

  /**
   * A request and its answer.
   *
   * @param covers row of the conformance matrix, and what it is
   * @param bytes of the request
   * @param status expected
   * @param body what arrives as the content of the one request, or null if none arrives whole
   */
  record Attack(String covers, String bytes, int status, @Nullable String body) {
    @Override
    public String toString() {
      return covers + " is " + status;
    }
  }

  private static Attack refused(String covers, String lines, String content) {
    return refused(covers, lines, content, 400);
  }

  private static Attack refused(String covers, String lines, String content, int status) {
    return new Attack(covers, head("1.1", "Host: ORIGIN\r\n" + lines) + content, status, null);
  }

  private static Attack harmless(String covers, String lines, String content, String body) {
    return new Attack(covers, head("1.1", "Host: ORIGIN\r\n" + lines) + content, 200, body);
  }

  private static String head(String version, String lines) {
    return "POST http://ORIGIN/ HTTP/" + version + "\r\n" + lines + "\r\n";
  }

  private static Attack length(String what, String value) {
    return refused("F13: " + what, "Content-Length: " + value + "\r\n", "12345");
  }

  private static Attack coding(String what, String lines) {
    return refused("F11: " + what, lines, LAST);
  }

  private static Attack chunks(String what, String content) {
    return refused("F15: " + what, CHUNKED, content);
  }

  /** Content-Length beside Transfer-Encoding: CL.TE, TE.CL and their disguises. */
  static Stream<Attack> both() {
    return Stream.of(
        refused("F10: CL.TE", "Content-Length: 6\r\n" + CHUNKED, LAST + "G"),
        refused("F10: TE.CL", CHUNKED + "Content-Length: 4\r\n", "5c\r\n"),
        refused("F10: CL.0 and TE", "Content-Length: 0\r\n" + CHUNKED, LAST),
        refused("F10: TE in capitals", "CONTENT-LENGTH: 5\r\nTRANSFER-ENCODING: CHUNKED\r\n", LAST),
        refused(
            "F10: CL beside identity",
            "Content-Length: 5\r\nTransfer-Encoding: identity\r\n",
            "12345"),
        refused(
            "F10: CL beside an empty TE", "Content-Length: 5\r\nTransfer-Encoding:\r\n", "12345"),
        refused(
            "F10: CL beside an unknown coding",
            "Content-Length: 5\r\nTransfer-Encoding: x\r\n",
            "12345"),
        refused(
            "F10: two CLs beside TE", "Content-Length: 5\r\nContent-Length: 5\r\n" + CHUNKED, LAST),
        refused("F10: a bad CL beside TE", "Content-Length: x\r\n" + CHUNKED, LAST),
        refused(
            "F10: TE that Connection nominates",
            "Connection: transfer-encoding\r\nContent-Length: 5\r\n" + CHUNKED,
            LAST),
        refused(
            "F10: CL that Connection nominates",
            "Connection: content-length\r\nContent-Length: 6\r\n" + CHUNKED,
            LAST + "G"),
        new Attack("F14: TE in HTTP/1.0", head("1.0", CHUNKED) + LAST, 400, null),
        new Attack(
            "F14: CL and TE in HTTP/1.0",
            head("1.0", "Content-Length: 5\r\n" + CHUNKED) + LAST,
            400,
            null),
        new Attack(
            "F14: TE and keep-alive in HTTP/1.0",
            head("1.0", "Connection: keep-alive\r\n" + CHUNKED) + LAST,
            400,
            null));
  }

  /** Names of which CGI and its like make the same variable as of those that frame. */
  static Stream<Attack> names() {
    return Stream.of(
            "Content_Length: 5",
            "CONTENT_LENGTH: 0",
            "content.length: 5",
            "Content!Length: 5",
            "Content~Length: 5",
            "Transfer_Encoding: chunked",
            "transfer_encoding: x",
            "Transfer.Encoding: chunked",
            "Transfer+Encoding: chunked")
        .map(line -> refused("F10: " + line, "Content-Length: 5\r\n" + line + "\r\n", "12345"));
  }

  /** TE.TE: codings that only look like chunked. */
  static Stream<Attack> codings() {
    return Stream.of(
        coding("xchunked", "Transfer-Encoding: xchunked\r\n"),
        coding("chunked, xchunked", "Transfer-Encoding: chunked, xchunked\r\n"),
        coding("chunked, identity", "Transfer-Encoding: chunked, identity\r\n"),
        coding("chunked twice in a list", "Transfer-Encoding: chunked, chunked\r\n"),
        coding("an empty element first", "Transfer-Encoding: ,chunked\r\n"),
        coding("an empty element last", "Transfer-Encoding: chunked,\r\n"),
        coding("identity", "Transfer-Encoding: identity\r\n"),
        coding("a parameter", "Transfer-Encoding: chunked;a=b\r\n"),
        coding("quotes", "Transfer-Encoding: \"chunked\"\r\n"),
        coding("single quotes", "Transfer-Encoding: 'chunked'\r\n"),
        coding("a vertical tab before it", "Transfer-Encoding: \u000bchunked\r\n"),
        coding("a form feed behind it", "Transfer-Encoding: chunked\f\r\n"),
        coding("NUL behind it", "Transfer-Encoding: chunked\0\r\n"),
        coding("a no-break space before it", "Transfer-Encoding: \u00a0chunked\r\n"),
        coding("a bare CR before it", "Transfer-Encoding:\rchunked\r\n"),
        coding("a fold before it", "Transfer-Encoding:\r\n chunked\r\n"),
        coding("a fold by a tab", "Transfer-Encoding:\r\n\tchunked\r\n"),
        coding("a space before the colon", "Transfer-Encoding : chunked\r\n"),
        coding("a tab before the colon", "Transfer-Encoding\t: chunked\r\n"),
        coding("a space before the name", " Transfer-Encoding: chunked\r\n"),
        coding("a name behind a bare CR", "X: y\rTransfer-Encoding: chunked\r\n"),
        coding("a name behind a bare LF", "X: y\nTransfer-Encoding: chunked\r\n"),
        coding("NUL in the name", "Transfer\0-Encoding: chunked\r\n"),
        coding("two lines", CHUNKED + CHUNKED),
        coding("two lines, one of them another", "Transfer-Encoding: x\r\n" + CHUNKED),
        coding("two lines, the last is identity", CHUNKED + "Transfer-encoding: identity\r\n"),
        refused("F11: gzip in chunks", "Transfer-Encoding: gzip, chunked\r\n", LAST, 501));
  }

  static Stream<Attack> lengths() {
    return Stream.of(
        length("a sign", "+5"),
        length("a negative one", "-5"),
        length("hexadecimal", "0x5"),
        length("an exponent", "5e0"),
        length("a fraction", "5.0"),
        length("nothing", ""),
        length("a space in it", "5 0"),
        length("an underscore", "1_0"),
        length("a letter behind it", "5a"),
        length("a semicolon", "5;"),
        length("quotes", "\"5\""),
        length("a list of two", "5, 6"),
        length("a list of equal ones", "5, 5"),
        length("a list of equal ones without a space", "5,5"),
        length("a list with an empty element", "5,"),
        length("2^63", "9223372036854775808"),
        length("2^64 + 5", "18446744073709551621"),
        length("other digits", "\u00b5"),
        refused("F13: two that differ", "Content-Length: 5\r\nContent-Length: 0\r\n", "12345"),
        refused("F13: the first is empty", "Content-Length:\r\nContent-Length: 5\r\n", "12345"),
        refused("F13: a space before the colon", "Content-Length : 5\r\n", "12345"),
        refused("F13: a fold", "Content-Length:\r\n 5\r\n", "12345"),
        refused("F13: a name behind a bare LF", "X: y\nContent-Length: 5\r\n", "12345"),
        refused("F13: a name behind a bare CR", "X: y\rContent-Length: 5\r\n", "12345"));
  }

  static Stream<Attack> chunked() {
    return Stream.of(
        chunks("a size of 0x", "0x5\r\nhello\r\n" + LAST),
        chunks("a size with a sign", "+5\r\nhello\r\n" + LAST),
        chunks("a negative size", "-5\r\nhello\r\n" + LAST),
        chunks("a size with an underscore", "1_0\r\nhello\r\n" + LAST),
        chunks("no size", "\r\nhello\r\n" + LAST),
        chunks("a space before the size", " 5\r\nhello\r\n" + LAST),
        chunks("a space behind the size", "5 \r\nhello\r\n" + LAST),
        chunks("a size of 2^64", "10000000000000000\r\nhello\r\n" + LAST),
        chunks("a size of 2^63", "8000000000000000\r\nhello\r\n" + LAST),
        chunks("a size of 2^64 + 5", "10000000000000005\r\nhello\r\n" + LAST),
        chunks("a size of many zeros", "0".repeat(40) + "5\r\nhello\r\n" + LAST),
        chunks("a size line that ends in LF", "5\nhello\r\n" + LAST),
        chunks("a size line that ends in CR", "5\rhello\r\n" + LAST),
        chunks("a chunk that ends in LF", "5\r\nhello\n" + LAST),
        chunks("a chunk that ends in two other bytes", "5\r\nhelloXX" + LAST),
        chunks("a chunk without an end", "5\r\nhello" + LAST),
        chunks("a chunk that is longer than its size", "4\r\nhello\r\n" + LAST),
        chunks("a last chunk that ends in LF", "0\n\n"),
        chunks("a trailer section that ends in LF", "0\r\n\n"),
        chunks("an extension that ends in LF", "5;a\nhello\r\n" + LAST),
        chunks("an extension with a CR", "5;a\rb\r\nhello\r\n" + LAST),
        chunks("an extension with NUL", "5;a=\0\r\nhello\r\n" + LAST),
        chunks("an extension of 1 MiB", "5;" + "a".repeat(1 << 20) + "\r\nhello\r\n" + LAST),
        chunks("an extension with an LF in quotes", "5;a=\"\n\"\r\nhello\r\n" + LAST),
        chunks("an extension without an end of its quotes", "5;a=\"\r\nhello\r\n" + LAST),
        chunks("an extension without a name", "5;\r\nhello\r\n" + LAST),
        chunks("a trailer with a space before the colon", "0\r\nX : y\r\n\r\n"),
        chunks("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n"),
        chunks("a trailer with a bare LF", "0\r\nX: y\nGET /smuggled HTTP/1.1\r\n\r\n"));
  }

  /** What is no attack for whoever reads to the letter: it arrives as one request. */
  static Stream<Attack> harmless() {
    return Stream.of(
        harmless("F12: chunked in capitals", "Transfer-Encoding: CHUNKED\r\n", LAST, LAST),
        harmless("F12: white space around it", "Transfer-Encoding: \t chunked \t\r\n", LAST, LAST),
        harmless("F10: a name with a prefix", "X-Transfer-Encoding: chunked\r\n", "", ""),
        harmless(
            "F13: two equal lengths",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "12345",
            "12345"),
        harmless("F10: a name without a hyphen", "TransferEncoding: chunked\r\n", "", ""),
        harmless("F13: leading zeros", "Content-Length: 0005\r\n", "12345", "12345"),
        harmless(
            "F10: a request as content",
            "Content-Length: 34\r\n",
            "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r",
            "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r"),
        harmless(
            "F15: extensions are dropped",
            CHUNKED,
            "5;a=b;c=\"d;\\\"e\"\r\nhello\r\n0;f\r\n\r\n",
            "5\r\nhello\r\n" + LAST),
        harmless(
            "F15: zeros before a size",
            CHUNKED,
            "00005\r\nhello\r\n000\r\n\r\n",
            "5\r\nhello\r\n" + LAST),
        harmless(
            "F15: a size in capitals",
            CHUNKED,
            "A\r\n0123456789\r\n" + LAST,
            "a\r\n0123456789\r\n" + LAST),
        harmless(
            "F16: trailers that would make another message",
            CHUNKED,
            """
            0\r
            Content-Length: 50\r
            Transfer-Encoding: chunked\r
            Host: evil.test\r
            Authorization: Basic eA==\r
            Proxy-Authorization: Basic eA==\r
            Cookie: a=b\r
            Connection: close\r
            X-Checksum: 7\r
            \r
            """,
            "0\r\nX-Checksum: 7\r\n\r\n"));
  }
}
