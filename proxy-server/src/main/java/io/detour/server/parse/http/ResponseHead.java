package io.detour.server.parse.http;

/**
 * Status line and header fields of a response. What {@link HeadReader} makes is well-formed; {@link
 * MessageWriter} refuses what is not. Immutable; any thread.
 *
 * @param minorVersion of HTTP/1.x: 0 or 1. Higher ones are read as 1, the highest that we conform
 *     to (RFC 9110 2.5)
 * @param status 100 to 599, or to 999 of an origin that is read leniently
 * @param reason ISO-8859-1, may be empty
 * @param fields in the order that was sent
 */
public record ResponseHead(int minorVersion, int status, String reason, FieldLines fields) {
  /** Whether another response to the same request follows (RFC 9110 15.2). */
  public boolean isInterim() {
    return status < 200;
  }
}
