package io.detour.server.parse.http;

/** {@code HTTP/d.d} (RFC 9112 2.3), of which the case of the letters is part. Any thread. */
final class HttpVersion {
  /** Bytes. */
  static final int LENGTH = 8;

  private static final String PREFIX = "HTTP/";
  private static final int MAJOR = 5;
  private static final int POINT = MAJOR + 1;
  private static final int MINOR = MAJOR + 2;

  private HttpVersion() {}

  /** Whether a byte may stand at a place of a version, 0 being the first. */
  static boolean fits(byte octet, int place) {
    return switch (place) {
      case MAJOR, MINOR -> Octets.isDigit(octet);
      case POINT -> octet == '.';
      default -> place < MAJOR && octet == PREFIX.charAt(place);
    };
  }

  static int major(byte[] bytes, int start) {
    return bytes[start + MAJOR] - '0';
  }

  /** 0 or 1; RFC 9110 2.5 has higher ones read as the highest that the recipient conforms to. */
  static int minor(byte[] bytes, int start) {
    return bytes[start + MINOR] == '0' ? 0 : 1;
  }
}
