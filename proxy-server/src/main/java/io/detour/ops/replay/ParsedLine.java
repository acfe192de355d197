package io.detour.ops.replay;

/** What a line of a log is. */
sealed interface ParsedLine permits LoggedRequest, ParsedLine.OtherEvent, ParsedLine.Strange {
  /**
   * An event of Detour that is no request, such as the end of a tunnel.
   *
   * @param suppressed as in {@link LoggedRequest}
   */
  record OtherEvent(int suppressed) implements ParsedLine {}

  /**
   * None of Detour's.
   *
   * @param reason half a sentence, fit for a terminal
   */
  record Strange(String reason) implements ParsedLine {}
}
