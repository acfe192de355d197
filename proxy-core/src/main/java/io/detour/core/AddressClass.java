package io.detour.core;

/** Addresses that a proxy dials only when it is told so. */
public enum AddressClass {
  /** This machine: 127.0.0.0/8 and ::1 (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
  LOOPBACK,
  /** This link only: 169.254.0.0/16 and fe80::/10 (RFC 3927, RFC 4291 2.5.6). */
  LINK_LOCAL,
  /** Groups of machines: 224.0.0.0/4 and ff00::/8 (RFC 5771, RFC 4291 2.7). */
  MULTICAST,
  /** No machine: 0.0.0.0/8 and :: (RFC 1122 3.2.1.3, RFC 4291 2.5.2). */
  UNSPECIFIED,
  /** Where clouds serve instance metadata: 169.254.169.254 and fd00:ec2::254. */
  METADATA,
  /** The proxy's own listeners. */
  SELF
}
