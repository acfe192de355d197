package io.detour.server.parse.http;

import org.jspecify.annotations.Nullable;

/**
 * The first line of a head: three parts and CRLF, read from byte 0 of an array that grows. Each
 * {@code scan} goes on at {@code from} and returns the first byte that it has not read: {@code to},
 * or less behind the end of its part or at a problem. One thread.
 *
 * @param <H> the head that it begins
 */
abstract sealed class StartLine<H> permits RequestLine, StatusLine {
  /** Bytes of {@code HTTP/d.d} (RFC 9112 2.3), of which the case of the letters is part. */
  static final int VERSION_BYTES = 8;

  private static final String VERSION_BEGIN = "HTTP/";
  private static final int MAJOR = 5;
  private static final int MINOR = 7;

  private enum Part {
    FIRST,
    SECOND,
    THIRD,
    LINE_FEED,
    ENDED
  }

  private final MessageKind kind;
  private final String expected;
  private Part part = Part.FIRST;
  private @Nullable MalformedMessage problem;

  /**
   * @param expected the problem of a line that is not made like this one
   */
  StartLine(MessageKind kind, String expected) {
    this.kind = kind;
    this.expected = expected;
  }

  /** Reads the bytes of a head between two places. */
  final int scan(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && problem == null && part != Part.ENDED) {
      at =
          switch (part) {
            case FIRST -> scanFirst(bytes, at, to);
            case SECOND -> scanSecond(bytes, at, to);
            case THIRD -> scanThird(bytes, at, to);
            case LINE_FEED -> scanLineFeed(bytes, at);
            case ENDED -> at;
          };
    }
    return at;
  }

  abstract int scanFirst(byte[] bytes, int from, int to);

  abstract int scanSecond(byte[] bytes, int from, int to);

  abstract int scanThird(byte[] bytes, int from, int to);

  /** Goes from the first part to the second, or from the second to the third, behind a space. */
  final int nextPart(int space) {
    part = part == Part.FIRST ? Part.SECOND : Part.THIRD;
    return space + 1;
  }

  /** Goes to the end of the line at the CR of a CRLF, or at a LF alone where that is taken. */
  final int endLine(byte[] bytes, int at) {
    if (bytes[at] == Octets.LF) {
      return kind.isLenient()
          ? scanLineFeed(bytes, at)
          : fail(kind.malformedUnlessLenient(FieldSection.BARE_LF), at);
    }
    part = Part.LINE_FEED;
    return at + 1;
  }

  private int scanLineFeed(byte[] bytes, int at) {
    if (bytes[at] != Octets.LF) {
      return fail(FieldSection.BARE_CR_OR_LF, at);
    }
    part = Part.ENDED;
    problem = problemOf(bytes);
    return at + 1;
  }

  /** Why a line that is well-formed is not served, or null. */
  @Nullable MalformedMessage problemOf(byte[] line) {
    return null;
  }

  /** The byte does not fit into the line. */
  final int fail(byte octet, int at) {
    boolean control = !Octets.isText(octet) && octet != Octets.CR;
    return fail(
        octet == Octets.LF
            ? FieldSection.BARE_CR_OR_LF
            : control ? FieldSection.CONTROL_CHARACTER : expected,
        at);
  }

  final int fail(String phrase, int at) {
    return fail(kind.malformed(phrase), at);
  }

  final int fail(MalformedMessage malformed, int at) {
    problem = malformed;
    return at;
  }

  final boolean ended() {
    return part == Part.ENDED;
  }

  /** Why the line is malformed, or null. */
  final @Nullable MalformedMessage problem() {
    return problem;
  }

  /** Makes it ready for another head. */
  final void reset() {
    part = Part.FIRST;
    problem = null;
  }

  /** The head of this line, once it has ended. */
  abstract H head(byte[] bytes, FieldLines fields);

  /** Whether a byte may stand at a place of a version, 0 being the first. */
  static boolean fitsVersion(byte octet, int place) {
    return switch (place) {
      case MAJOR, MINOR -> Octets.isDigit(octet);
      case MAJOR + 1 -> octet == '.';
      default -> place < MAJOR && octet == VERSION_BEGIN.charAt(place);
    };
  }

  static int majorVersion(byte[] bytes, int start) {
    return bytes[start + MAJOR] - '0';
  }

  /** 0 or 1; RFC 9110 2.5 has higher ones read as the highest that the recipient conforms to. */
  static int minorVersion(byte[] bytes, int start) {
    return bytes[start + MINOR] == '0' ? 0 : 1;
  }
}
