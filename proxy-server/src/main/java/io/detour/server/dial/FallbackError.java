package io.detour.server.dial;

import java.util.Locale;

/** A failure on which the next target of a rule may be tried, in the terms of RFC 9209 2.3. */
public enum FallbackError {
  DNS_ERROR,
  DNS_TIMEOUT,
  CONNECTION_REFUSED,
  CONNECTION_TIMEOUT,
  CONNECTION_TERMINATED,
  DESTINATION_UNAVAILABLE,
  DESTINATION_IP_UNROUTABLE;

  /** As it stands in a rule file: {@code connection_refused}. */
  public String token() {
    return name().toLowerCase(Locale.ROOT);
  }
}
