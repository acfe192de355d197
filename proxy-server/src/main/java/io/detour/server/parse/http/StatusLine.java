package io.detour.server.parse.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code HTTP/1.d SP ddd SP reason CRLF} (RFC 9112 4). The reason may be empty; the space before it
 * may then be missing, as some origins have it. One thread.
 */
final class StatusLine implements StartLine {
  private enum Part {
    VERSION,
    STATUS,
    REASON,
    LINE_FEED,
    ENDED
  }

  private static final String NOT_A_STATUS_LINE =
      "the status line is not HTTP/VERSION STATUS REASON";

  private static final int STATUS_START = HttpVersion.LENGTH + 1;
  private static final int STATUS_END = STATUS_START + 3;

  private Part part = Part.VERSION;
  private int lineEnd;
  private @Nullable MalformedMessage problem;

  @Override
  public int scan(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && problem == null && part != Part.ENDED) {
      at =
          switch (part) {
            case VERSION -> scanVersion(bytes, at);
            case STATUS -> scanStatus(bytes, at);
            case REASON -> scanReason(bytes, at, to);
            case LINE_FEED -> scanLineFeed(bytes, at);
            case ENDED -> at;
          };
    }
    return at;
  }

  private int scanVersion(byte[] bytes, int at) {
    if (at == HttpVersion.LENGTH && bytes[at] == Octets.SPACE) {
      if (HttpVersion.major(bytes, 0) != 1) {
        return fail("the version of the response is not HTTP/1.x", at);
      }
      part = Part.STATUS;
      return at + 1;
    }
    return HttpVersion.fits(bytes[at], at) ? at + 1 : fail(NOT_A_STATUS_LINE, at);
  }

  private int scanStatus(byte[] bytes, int at) {
    byte octet = bytes[at];
    if (at == STATUS_END) {
      if (octet == Octets.SPACE) {
        part = Part.REASON;
        return at + 1;
      }
      return octet == Octets.CR ? endOfLine(at) : fail(NOT_A_STATUS_LINE, at);
    }
    boolean fits = at == STATUS_START ? octet >= '1' && octet <= '5' : Octets.isDigit(octet);
    return fits ? at + 1 : fail("the status is not a number from 100 to 599", at);
  }

  private int scanReason(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isText(bytes[at])) {
      at++;
    }
    if (at == to) {
      return at;
    }
    return switch (bytes[at]) {
      case Octets.CR -> endOfLine(at);
      case Octets.LF -> fail(FieldSection.BARE_CR_OR_LF, at);
      default -> fail(FieldSection.CONTROL_CHARACTER, at);
    };
  }

  private int endOfLine(int at) {
    lineEnd = at;
    part = Part.LINE_FEED;
    return at + 1;
  }

  private int scanLineFeed(byte[] bytes, int at) {
    if (bytes[at] != Octets.LF) {
      return fail(FieldSection.BARE_CR_OR_LF, at);
    }
    part = Part.ENDED;
    return at + 1;
  }

  private int fail(String phrase, int at) {
    problem = MessageKind.RESPONSE.malformed(phrase);
    return at;
  }

  @Override
  public boolean ended() {
    return part == Part.ENDED;
  }

  @Override
  public @Nullable MalformedMessage problem() {
    return problem;
  }

  @Override
  public void reset() {
    part = Part.VERSION;
    problem = null;
  }

  /** The head of this line, once it has ended. */
  ResponseHead head(byte[] bytes, FieldLines fields) {
    int status = 0;
    for (int at = STATUS_START; at < STATUS_END; at++) {
      status = status * 10 + (bytes[at] - '0');
    }
    int reason = Math.min(STATUS_END + 1, lineEnd);
    return new ResponseHead(
        HttpVersion.minor(bytes, 0),
        status,
        new String(bytes, reason, lineEnd - reason, StandardCharsets.ISO_8859_1),
        fields);
  }
}
