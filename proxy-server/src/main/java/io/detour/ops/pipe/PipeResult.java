package io.detour.ops.pipe;

/** How a {@link PipedTunnel} ended. */
public sealed interface PipeResult {
  /** Both directions have ended, and every byte was delivered. */
  record Whole() implements PipeResult {}

  /** Nobody reads the output any more. */
  record OutputClosed() implements PipeResult {}

  /**
   * There was no tunnel, or it was cut.
   *
   * @param reason one phrase for people; may hold a message of the rules
   */
  record Broken(String reason) implements PipeResult {}
}
