package io.detour.config;

import io.detour.core.relay.RelayMode;
import java.time.Duration;

/**
 * What {@code relay} of the configuration says.
 *
 * @param mode which path the bytes may take
 * @param pipeBytes size of a pipe to ask the kernel for, {@link #MIN_PIPE_BYTES} to {@link
 *     #MAX_PIPE_BYTES}
 * @param pipes the most pipes that may be open at once, 0 to {@link #MAX_PIPES}, or {@link
 *     Configuration#AUTOMATIC}
 * @param busyPoll how long an event loop looks for more events before its thread sleeps, up to
 *     {@link #MAX_BUSY_POLL}; zero for not at all
 */
public record RelayChoice(RelayMode mode, int pipeBytes, int pipes, Duration busyPoll) {
  static final Duration USUAL_BUSY_POLL = Duration.ofNanos(10_000);
  static final Duration MAX_BUSY_POLL = Duration.ofMillis(1);
  static final int MIN_PIPE_BYTES = 64 << 10;
  static final int MAX_PIPE_BYTES = 1 << 20;
  static final int MAX_PIPES = 1_000_000;

  /** The same with another path for the bytes. */
  public RelayChoice withMode(RelayMode other) {
    return new RelayChoice(other, pipeBytes, pipes, busyPoll);
  }
}
