package io.detour.server.dial;

/** What becomes of the IPv6 addresses of a name that has both kinds. */
public enum Ipv6 {
  /** They come first (RFC 8305 4). */
  PREFER,
  /** They come last. */
  AVOID,
  /** They are not asked for. */
  OFF
}
