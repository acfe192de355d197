package io.detour.server.dial;

/** A dial that was started by {@link Dialer#dial}. Only its event loop may touch it. */
public interface Dial {
  /**
   * Gives up: ends the wait for DNS, closes a connection that is being set up, and keeps the
   * callback from being called. Does nothing once the callback was called; a connection that was
   * handed out is its receiver's.
   */
  void cancel();
}
