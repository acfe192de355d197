package io.detour.server.parse.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code METHOD SP TARGET SP HTTP/d.d CRLF}, to the letter of RFC 9112 3: one space between the
 * words and none elsewhere, the method a token, the target visible ASCII, {@code HTTP} in upper
 * case. One thread.
 */
final class RequestLine implements StartLine {
  private enum Part {
    METHOD,
    TARGET,
    VERSION,
    LINE_FEED,
    ENDED
  }

  private static final String NOT_A_REQUEST_LINE =
      "the request line is not METHOD TARGET HTTP/VERSION";

  private final int maxTargetBytes;

  private Part part = Part.METHOD;
  private int methodEnd;
  private int targetEnd;
  private @Nullable MalformedMessage problem;

  RequestLine(int maxTargetBytes) {
    this.maxTargetBytes = maxTargetBytes;
  }

  @Override
  public int scan(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && problem == null && part != Part.ENDED) {
      at =
          switch (part) {
            case METHOD -> scanMethod(bytes, at, to);
            case TARGET -> scanTarget(bytes, at, to);
            case VERSION -> scanVersion(bytes, at, to);
            case LINE_FEED -> scanLineFeed(bytes, at);
            case ENDED -> at;
          };
    }
    return at;
  }

  private int scanMethod(byte[] bytes, int from, int to) {
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
    part = Part.TARGET;
    return at + 1;
  }

  private int scanTarget(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isVisible(bytes[at])) {
      at++;
    }
    int length = at - methodEnd - 1;
    if (length > maxTargetBytes) {
      problem =
          new MalformedMessage(
              414, "the request target is longer than " + maxTargetBytes + " bytes");
      return at;
    }
    if (at == to) {
      return at;
    }
    if (bytes[at] != Octets.SPACE || length == 0) {
      return fail(bytes[at], at);
    }
    targetEnd = at;
    part = Part.VERSION;
    return at + 1;
  }

  private int scanVersion(byte[] bytes, int from, int to) {
    int start = targetEnd + 1;
    for (int at = from; at < to; at++) {
      if (at == start + HttpVersion.LENGTH && bytes[at] == Octets.CR) {
        part = Part.LINE_FEED;
        return at + 1;
      }
      if (!HttpVersion.fits(bytes[at], at - start)) {
        return fail(bytes[at], at);
      }
    }
    return to;
  }

  private int scanLineFeed(byte[] bytes, int at) {
    if (bytes[at] != Octets.LF) {
      problem = MessageKind.REQUEST.malformed(FieldSection.BARE_CR_OR_LF);
      return at;
    }
    part = Part.ENDED;
    int major = HttpVersion.major(bytes, targetEnd + 1);
    if (major == 0) {
      problem = MessageKind.REQUEST.malformed("the version is older than HTTP/1.0");
    } else if (major > 1) {
      problem = new MalformedMessage(505, "the version is not HTTP/1.x");
    }
    return at + 1;
  }

  private int fail(byte octet, int at) {
    boolean control = !Octets.isText(octet) && octet != Octets.CR;
    problem =
        MessageKind.REQUEST.malformed(
            octet == Octets.LF
                ? FieldSection.BARE_CR_OR_LF
                : control ? FieldSection.CONTROL_CHARACTER : NOT_A_REQUEST_LINE);
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
    part = Part.METHOD;
    problem = null;
  }

  /** The head of this line, once it has ended. */
  RequestHead head(byte[] bytes, FieldLines fields) {
    return new RequestHead(
        new String(bytes, 0, methodEnd, StandardCharsets.ISO_8859_1),
        new String(bytes, methodEnd + 1, targetEnd - methodEnd - 1, StandardCharsets.ISO_8859_1),
        HttpVersion.minor(bytes, targetEnd + 1),
        fields);
  }
}
