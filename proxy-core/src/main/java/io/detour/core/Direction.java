package io.detour.core;

/** The way that bytes of a tunnel go. */
public enum Direction {
  /** From the client to the upstream host. */
  UPSTREAM,
  /** From the upstream host to the client. */
  DOWNSTREAM
}
