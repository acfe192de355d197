package io.detour.config;

import io.detour.server.accept.ClientLimits;
import io.detour.server.parse.http.HeadLimits;

/**
 * What {@code limits} of the configuration says. Immutable.
 *
 * @param clients each 1 to {@link #MOST_TUNNELS}
 * @param heads {@code headBytes} {@link #LEAST_HEAD_BYTES} to {@link #MOST_HEAD_BYTES}, {@code
 *     targetBytes} {@link #LEAST_TARGET_BYTES} to {@code headBytes}, {@code fields} 1 to {@link
 *     #MOST_FIELDS}
 */
public record LimitOptions(ClientLimits clients, HeadLimits heads) {
  static final int MOST_TUNNELS = 1_000_000;
  static final int LEAST_HEAD_BYTES = 1 << 10;
  static final int MOST_HEAD_BYTES = 1 << 20;
  static final int LEAST_TARGET_BYTES = 256;
  static final int MOST_FIELDS = 10_000;

  /** The defaults of both. */
  public static LimitOptions defaults() {
    return new LimitOptions(ClientLimits.defaults(), HeadLimits.defaults());
  }
}
