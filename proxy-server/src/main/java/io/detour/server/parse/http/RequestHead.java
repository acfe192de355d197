package io.detour.server.parse.http;

/**
 * Request line and header fields of a request. What {@link HeadReader} makes is well-formed; {@link
 * MessageWriter} refuses what is not. Immutable; any thread.
 *
 * @param method a token, in the case that was sent
 * @param target visible ASCII, as it was sent
 * @param minorVersion of HTTP/1.x: 0 or 1. Higher ones are read as 1, the highest that we conform
 *     to (RFC 9110 2.5)
 * @param fields in the order that was sent
 */
public record RequestHead(String method, String target, int minorVersion, FieldLines fields) {
  /** Whether the method is this one; methods are case-sensitive (RFC 9110 9.1). */
  public boolean is(String name) {
    return method.equals(name);
  }
}
