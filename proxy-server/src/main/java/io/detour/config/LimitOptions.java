package io.detour.config;

import io.detour.server.accept.ClientLimits;
import io.detour.server.parse.http.HeadLimits;

/**
 * What {@code limits} of the configuration says. Immutable.
 *
 * @param clients each 1 to {@link #MAX_TUNNELS}
 * @param heads {@code headBytes} {@link #MIN_HEAD_BYTES} to {@link #MAX_HEAD_BYTES}, {@code
 *     targetBytes} {@link #MIN_TARGET_BYTES} to {@code headBytes}, {@code fields} 1 to {@link
 *     #MAX_FIELDS}
 */
public record LimitOptions(ClientLimits clients, HeadLimits heads) {
  static final int MAX_TUNNELS = 1_000_000;
  static final int MIN_HEAD_BYTES = 1 << 10;
  static final int MAX_HEAD_BYTES = 1 << 20;
  static final int MIN_TARGET_BYTES = 256;
  static final int MAX_FIELDS = 10_000;

  /** The defaults of both. */
  public static LimitOptions defaults() {
    return new LimitOptions(ClientLimits.defaults(), HeadLimits.defaults());
  }
}
