package io.detour.server.dns;

/** What use is made of IPv6 for names that have addresses of both families. */
public enum Ipv6 {
  /** IPv6 addresses are tried first (RFC 6724 2.1, RFC 8305 4). */
  PREFER,
  /** IPv4 addresses are tried first. */
  AVOID,
  /** Names are asked for IPv4 addresses only. Addresses that a client names are dialled as ever. */
  OFF
}
