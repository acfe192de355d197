package io.detour.rules;

/** What a rewritten plain HTTP request says in its field {@code Host} (RFC 9110 7.2). */
public enum HostHeader {
  /** The target. */
  REWRITE,
  /** The asked host. */
  PRESERVE
}
