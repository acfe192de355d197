package io.detour.core.relay;

/** Which path the bytes of a tunnel may take. */
public enum RelayMode {
  /** Copy small messages, splice a direction that streams. */
  AUTO,
  /** Always splice, but for what cannot be spliced. */
  SPLICE,
  /** Always copy. */
  COPY
}
