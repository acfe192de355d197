package io.detour.ops.certificates;

/** How far a probe goes; each depth includes those before it. */
public enum ProbeDepth {
  /** The addresses of the target. */
  RESOLVE,
  /** A connection, which is closed at once. */
  CONNECT,
  /** A TLS handshake on the connection. */
  TLS
}
