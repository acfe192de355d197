package io.detour.ops.replay;

/** A line of Detour's in a log. */
sealed interface LogLine permits LoggedRequest, LogLine.OtherEvent {
  /**
   * An event of Detour that is no request, such as the end of a tunnel.
   *
   * @param suppressed as in {@link LoggedRequest}
   */
  record OtherEvent(int suppressed) implements LogLine {}
}
