package io.detour.server.account;

import java.util.Locale;

/** The limits for which a client can be turned away. */
public enum ClientLimit {
  /** Clients in all. */
  TUNNELS,
  /** Clients of one address. */
  TUNNELS_PER_CLIENT,
  /** TLS handshakes that are under way. */
  HANDSHAKES;

  /** As a metric label and the configuration have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
