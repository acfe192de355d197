package io.detour.server.serve;

import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;

/**
 * Until when the next request head of a client is waited for. The first is to be whole in time from
 * the connect on, a later one from its first byte on; before that the connection may be idle for a
 * while. On the client's event loop.
 */
final class HeadDeadline {
  /** What a client is told whose head is {@link Verdict#LATE}. */
  static final Refusal LATE =
      new Refusal(
          408,
          ProxyErrorType.HTTP_REQUEST_ERROR,
          "the request head did not come in time (timeouts.head)");

  /** What is to be done about a client. */
  enum Verdict {
    WAIT,
    /**
     * It has connected and not said a word: a health check, or a connection that was opened early.
     */
    SILENT,
    /** It has begun a head and not ended it. */
    LATE,
    /** It has not begun another head. */
    IDLE
  }

  private final Sweep.Patience head;
  private final Sweep.Patience idle;

  /** Whether no head has been complete yet. */
  private boolean first = true;

  HeadDeadline(ClientTimeouts timeouts) {
    this.head = new Sweep.Patience(timeouts.head());
    this.idle = new Sweep.Patience(timeouts.idle());
  }

  void connected() {
    head.renewNow();
  }

  /** A head begins. */
  void begun() {
    if (!first) {
      head.renewNow();
    }
  }

  void complete() {
    first = false;
  }

  /** The request has been answered: another head may come. */
  void next() {
    idle.renew();
  }

  /**
   * @param begun whether a byte of the head has come
   */
  Verdict verdict(boolean begun, long nanoTime) {
    if (!first && !begun) {
      return idle.isOver(nanoTime) ? Verdict.IDLE : Verdict.WAIT;
    }
    if (!head.isOver(nanoTime)) {
      return Verdict.WAIT;
    }
    return begun ? Verdict.LATE : Verdict.SILENT;
  }
}
