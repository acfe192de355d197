package io.detour.server.access;

/** What {@link PasswordHash#parse} makes of a text. */
sealed interface ParsedHash permits PasswordHash, ParsedHash.Malformed {
  /**
   * No hash that may be used.
   *
   * @param problem why, without any part of the text
   */
  record Malformed(String problem) implements ParsedHash {}
}
