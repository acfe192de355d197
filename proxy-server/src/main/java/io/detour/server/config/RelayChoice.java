package io.detour.server.config;

import io.detour.core.relay.RelayMode;

/**
 * What {@code relay} of the configuration says.
 *
 * @param mode which path the bytes may take
 * @param pipeBytes size of a pipe to ask the kernel for, {@link #LEAST_PIPE_BYTES} to {@link
 *     #MOST_PIPE_BYTES}
 * @param pipes the most pipes that may be open at once, 0 to {@link #MOST_PIPES}, or {@link
 *     Configuration#AUTOMATIC}
 */
public record RelayChoice(RelayMode mode, int pipeBytes, int pipes) {
  static final int LEAST_PIPE_BYTES = 64 << 10;
  static final int MOST_PIPE_BYTES = 1 << 20;
  static final int MOST_PIPES = 1_000_000;
}
