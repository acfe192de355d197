package io.detour.server.parse.http;

import java.nio.charset.StandardCharsets;

/**
 * {@code HTTP/1.d SP ddd SP reason CRLF} (RFC 9112 4). The reason may be empty; the space before it
 * may then be missing, as some origins have it. One thread.
 */
final class StatusLine extends StartLine<ResponseHead> {
  private static final String NOT_A_STATUS_LINE =
      "the status line is not HTTP/VERSION STATUS REASON";
  private static final int STATUS_START = VERSION_BYTES + 1;
  private static final int STATUS_END = STATUS_START + 3;

  private int lineEnd;

  StatusLine() {
    super(MessageKind.RESPONSE, NOT_A_STATUS_LINE);
  }

  /** The version, byte by byte. */
  @Override
  int scanFirst(byte[] bytes, int at, int to) {
    if (at == VERSION_BYTES && bytes[at] == Octets.SPACE) {
      return majorVersion(bytes, 0) == 1
          ? nextPart(at)
          : fail("the version of the response is not HTTP/1.x", at);
    }
    return fitsVersion(bytes[at], at) ? at + 1 : fail(NOT_A_STATUS_LINE, at);
  }

  /** The status, byte by byte. */
  @Override
  int scanSecond(byte[] bytes, int at, int to) {
    byte octet = bytes[at];
    if (at == STATUS_END) {
      return switch (octet) {
        case Octets.SPACE -> nextPart(at);
        case Octets.CR -> endReason(at);
        default -> fail(NOT_A_STATUS_LINE, at);
      };
    }
    boolean fits = at == STATUS_START ? octet >= '1' && octet <= '5' : Octets.isDigit(octet);
    return fits ? at + 1 : fail("the status is not a number from 100 to 599", at);
  }

  /** The reason. */
  @Override
  int scanThird(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isText(bytes[at])) {
      at++;
    }
    if (at == to) {
      return at;
    }
    return bytes[at] == Octets.CR ? endReason(at) : fail(bytes[at], at);
  }

  private int endReason(int at) {
    lineEnd = at;
    return endLine(at);
  }

  @Override
  ResponseHead head(byte[] bytes, FieldLines fields) {
    int status = 0;
    for (int at = STATUS_START; at < STATUS_END; at++) {
      status = status * 10 + (bytes[at] - '0');
    }
    int reason = Math.min(STATUS_END + 1, lineEnd);
    return new ResponseHead(
        minorVersion(bytes, 0),
        status,
        new String(bytes, reason, lineEnd - reason, StandardCharsets.ISO_8859_1),
        fields);
  }
}
