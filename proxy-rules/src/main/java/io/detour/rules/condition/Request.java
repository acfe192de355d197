package io.detour.rules.condition;

import io.detour.core.Address;
import io.detour.core.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * All that a decision depends on, apart from the rules. Immutable.
 *
 * @param client null if it is no IP address; rules for certain clients then do not match
 * @param user the authenticated name, or null; rules for certain users then do not match
 * @param epochSecond in seconds since 1970-01-01T00:00Z, or {@link #NO_TIME}
 */
public record Request(
    HostPort asked, @Nullable Address client, @Nullable String user, long epochSecond) {
  /** A time at which no rule has expired and no brownout is on. */
  public static final long NO_TIME = Long.MIN_VALUE;

  /** A request by a client that is not known. */
  public static Request of(HostPort asked, long epochSecond) {
    return new Request(asked, null, null, epochSecond);
  }
}
