package io.detour.server.parse.http;

import org.jspecify.annotations.Nullable;

/** The first line of a head, read from byte 0 of an array that grows. One thread. */
sealed interface StartLine permits RequestLine, StatusLine {
  /**
   * Reads on.
   *
   * @param bytes the head so far
   * @param from the first byte that was not read before
   * @param to end of what has come
   * @return the first byte that is not read: {@code to}, or less behind the line's end or at a
   *     problem
   */
  int scan(byte[] bytes, int from, int to);

  boolean ended();

  /** Why the line is malformed, or null. */
  @Nullable MalformedMessage problem();

  /** Makes it ready for another head. */
  void reset();
}
