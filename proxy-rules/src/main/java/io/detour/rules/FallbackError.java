package io.detour.rules;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A failure of a target after which the next one may be tried, in the terms of RFC 9209 2.3. What a
 * policy refuses is not among them.
 */
public enum FallbackError {
  DNS_ERROR,
  DNS_TIMEOUT,
  DESTINATION_UNAVAILABLE,
  DESTINATION_IP_UNROUTABLE,
  CONNECTION_REFUSED,
  CONNECTION_TERMINATED,
  CONNECTION_TIMEOUT;

  /** All of them: what counts when a rule does not say. */
  public static final Set<FallbackError> ALL =
      Collections.unmodifiableSet(EnumSet.allOf(FallbackError.class));

  private final String token = name().toLowerCase(Locale.ROOT);

  /** The error token of RFC 9209. */
  public String token() {
    return token;
  }
}
