package io.detour.server.transport;

import io.netty.channel.SelectStrategy;
import io.netty.util.IntSupplier;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When an event loop looks for events, goes to sleep, and lets others have its processor.
 *
 * <p>Before it sleeps it looks on for some microseconds, if few events came last: falling asleep
 * and being woken costs more than that, and the answer to what was just sent is often near. When
 * many events come at a time, a wake-up is shared by many, and the processor has other work. A loop
 * without traffic sleeps.
 *
 * <p>A loop that finds events again and again never sleeps, and Linux takes the processor from it
 * only at a tick (up to 4 ms). If another loop waits for the same processor, all tunnels of that
 * one stand still for so long. So it gives way several times per tick.
 *
 * <p>One for each event loop.
 */
final class PollStrategy implements SelectStrategy {
  /** More at once are many. */
  private static final int FEW_EVENTS = 2;

  private static final long MAX_RUN_NANOS = Duration.ofMillis(1).toNanos() / 2;

  private final long lookNanos;
  private final boolean givesWay;
  private final LongSupplier nanoClock;
  private final Runnable giveWay;

  /** How many events the last look found; 0 when the loop slept since. */
  private int lastEvents;

  /** The clock's time since when it has neither slept nor given way; 0 when it slept. */
  private long ranSince;

  /**
   * @param longestLook how long to look before sleep at most; zero for not at all
   * @param givesWay whether there are other event loops
   */
  @SuppressWarnings("ThreadPriorityCheck") // This is what it is for.
  PollStrategy(Duration longestLook, boolean givesWay) {
    this(longestLook, givesWay, System::nanoTime, Thread::yield);
  }

  /** With a clock like {@link System#nanoTime} and a way like {@link Thread#yield}. */
  PollStrategy(Duration longestLook, boolean givesWay, LongSupplier nanoClock, Runnable giveWay) {
    this.lookNanos = longestLook.toNanos();
    this.givesWay = givesWay;
    this.nanoClock = nanoClock;
    this.giveWay = giveWay;
  }

  @Override
  public int calculateStrategy(IntSupplier eventsNow, boolean hasTasks) throws Exception {
    int events = eventsNow.get();
    if (events == 0 && !hasTasks && lookNanos > 0 && lastEvents <= FEW_EVENTS) {
      events = look(eventsNow);
    }
    lastEvents = events;
    if (events == 0 && !hasTasks) {
      ranSince = 0;
      return SELECT;
    }
    giveWay();
    return events;
  }

  private int look(IntSupplier eventsNow) throws Exception {
    long start = nanoClock.getAsLong();
    int events;
    do {
      events = eventsNow.get();
    } while (events == 0 && nanoClock.getAsLong() - start < lookNanos);
    return events;
  }

  private void giveWay() {
    if (!givesWay) {
      return;
    }
    long now = nanoClock.getAsLong();
    if (ranSince == 0) {
      ranSince = now;
    } else if (now - ranSince > MAX_RUN_NANOS) {
      giveWay.run();
      ranSince = nanoClock.getAsLong();
    }
  }
}
