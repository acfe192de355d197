package io.detour.server.parse.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code METHOD SP TARGET SP HTTP/d.d CRLF}, to the letter of RFC 9112 3: one space between the
 * words and none elsewhere, the method a token, the target visible ASCII, {@code HTTP} in upper
 * case. One thread.
 */
final class RequestLine extends StartLine<RequestHead> {
  private final int maxTargetBytes;
  private int methodEnd;
  private int targetEnd;

  RequestLine(int maxTargetBytes) {
    super(MessageKind.REQUEST, "the request line is not METHOD TARGET HTTP/VERSION");
    this.maxTargetBytes = maxTargetBytes;
  }

  /** The method. */
  @Override
  int scanFirst(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isToken(bytes[at])) {
      at++;
    }
    if (at == to) {
      return at;
    }
    if (bytes[at] != Octets.SPACE || at == 0) {
      return fail(bytes[at], at);
    }
    methodEnd = at;
    return nextPart(at);
  }

  /** The target. */
  @Override
  int scanSecond(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isVisible(bytes[at])) {
      at++;
    }
    int length = at - methodEnd - 1;
    if (length > maxTargetBytes) {
      String problem =
          "the request target is longer than " + maxTargetBytes + " bytes (limits.target)";
      return fail(new MalformedMessage(414, problem), at);
    }
    if (at == to) {
      return at;
    }
    if (bytes[at] != Octets.SPACE || length == 0) {
      return fail(bytes[at], at);
    }
    targetEnd = at;
    return nextPart(at);
  }

  /** The version. */
  @Override
  int scanThird(byte[] bytes, int from, int to) {
    int start = targetEnd + 1;
    for (int at = from; at < to; at++) {
      if (at == start + VERSION_BYTES && bytes[at] == Octets.CR) {
        return endLine(bytes, at);
      }
      if (!fitsVersion(bytes[at], at - start)) {
        return fail(bytes[at], at);
      }
    }
    return to;
  }

  @Override
  @Nullable MalformedMessage problemOf(byte[] line) {
    return switch (majorVersion(line, targetEnd + 1)) {
      case 0 -> MessageKind.REQUEST.malformed("the version is older than HTTP/1.0");
      case 1 -> null;
      default -> new MalformedMessage(505, "the version is not HTTP/1.x");
    };
  }

  @Override
  RequestHead head(byte[] bytes, FieldLines fields) {
    return new RequestHead(
        new String(bytes, 0, methodEnd, StandardCharsets.ISO_8859_1),
        new String(bytes, methodEnd + 1, targetEnd - methodEnd - 1, StandardCharsets.ISO_8859_1),
        minorVersion(bytes, targetEnd + 1),
        fields);
  }
}
