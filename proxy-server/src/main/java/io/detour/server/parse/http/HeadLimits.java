package io.detour.server.parse.http;

/**
 * How large the head of a message may be.
 *
 * @param headBytes all of it, start line and blank line included
 * @param targetBytes the request target (RFC 9112 3 asks for a start line of at least 8,000)
 * @param fields number of field lines
 */
public record HeadLimits(int headBytes, int targetBytes, int fields) {
  /**
   * 64 KiB in all, 8 KiB for the target, 100 fields. A Kerberos token of a user in many groups has
   * up to 48 KB.
   */
  public static HeadLimits defaults() {
    return new HeadLimits(64 << 10, 8 << 10, 100);
  }
}
