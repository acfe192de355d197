package io.detour.ops.certificates;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What a watch works with.
 *
 * @param clock the time of day
 * @param nanoTime a clock that only goes on
 * @param prober shakes hands
 * @param thread runs one task after another: that of the watch
 * @param handshakes runs tasks that wait
 */
record Surroundings(
    InstantSource clock,
    LongSupplier nanoTime,
    Handshakes prober,
    Executor thread,
    Executor handshakes) {
  /** Tries targets out. */
  interface Handshakes {
    /** Waits for what comes of it, within a bounded time. */
    ProbeReport probe(Probe probe) throws InterruptedException;
  }
}
