package io.detour.server.parse.http;

import java.nio.charset.StandardCharsets;

/**
 * {@code HTTP/1.d SP ddd SP reason CRLF} (RFC 9112 4). The reason may be empty; the space before it
 * may then be missing, as some origins have it. Leniently read, the status may be any number of
 * three digits that does not begin with 0. One thread.
 */
final class StatusLine extends StartLine<ResponseHead> {
  private static final String NOT_A_STATUS_LINE =
      "the status line is not HTTP/VERSION STATUS REASON";
  private static final String NOT_A_STATUS = "the status is not a number from 100 to 599";
  private static final int STATUS_START = VERSION_BYTES + 1;
  private static final int STATUS_END = STATUS_START + 3;

  private final MessageKind kind;
  private int lineEnd;

  StatusLine(MessageKind kind) {
    super(kind, NOT_A_STATUS_LINE);
    this.kind = kind;
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
        case Octets.CR, Octets.LF -> endReason(bytes, at);
        default -> fail(NOT_A_STATUS_LINE, at);
      };
    }
    if (!Octets.isDigit(octet) || (at == STATUS_START && octet == '0')) {
      return fail(NOT_A_STATUS, at);
    }
    return at == STATUS_START && octet > '5' && !kind.isLenient()
        ? fail(kind.malformedUnlessLenient(NOT_A_STATUS), at)
        : at + 1;
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
    boolean ends = bytes[at] == Octets.CR || bytes[at] == Octets.LF;
    return ends ? endReason(bytes, at) : fail(bytes[at], at);
  }

  private int endReason(byte[] bytes, int at) {
    lineEnd = at;
    return endLine(bytes, at);
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
