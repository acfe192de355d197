package io.detour.server.account;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/** Counts once a second how late an event loop comes to what is due. On that loop. */
public final class LoopLag implements Runnable {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EventLoop loop;
  private final LoopCounters counters;
  private long dueNanoTime;

  private LoopLag(EventLoop loop, LoopCounters counters) {
    this.loop = loop;
    this.counters = counters;
  }

  /** Begins, until the loop ends. Any thread. */
  public static void watch(EventLoop loop, LoopCounters counters) {
    loop.execute(new LoopLag(loop, counters)::schedule);
  }

  private void schedule() {
    dueNanoTime = System.nanoTime() + INTERVAL_NANOS;
    var _ = loop.schedule(this, INTERVAL_NANOS, TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    counters.took(Timing.LOOP_LAG, Math.max(0, System.nanoTime() - dueNanoTime));
    schedule();
  }
}
