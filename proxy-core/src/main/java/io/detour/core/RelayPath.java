package io.detour.core;

/** How the bytes of a tunnel move. */
public enum RelayPath {
  /** Inside the kernel, through a pipe ({@code splice(2)}). */
  SPLICE,
  /** Through a buffer of this process ({@code recv(2)} and {@code send(2)}). */
  COPY
}
