package io.detour.server.dial;

import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.server.dial.RouteResult.FailedHop;
import io.detour.server.status.DialError;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One walk over a route, from the first dial to the result. Everything happens on its event loop,
 * which writes all fields.
 */
final class Walk implements RouteDial {
  private final Route route;
  private final @Nullable String received;
  private final EventLoop loop;
  private final Dialer dialer;
  private final LastGoodHops lastGood;
  private final LongSupplier nanoClock;
  private final long startNanoTime;
  private final long timeoutNanos;
  private final Receiver<RouteResult> done;

  private final List<FailedHop> failures = new ArrayList<>(0);

  /** The remembered hop that the walk begins with, or 0 if it begins with the first. */
  private int remembered;

  /** Whether the remembered hop has failed; its failure is the first of all. */
  private boolean startedOver;

  /** The hop that is being dialled. */
  private int index;

  private @Nullable Dial dial;
  private @Nullable Future<?> deadline;

  /**
   * @param received the value of {@code Via} that the client sent, or null
   */
  Walk(
      Route route,
      @Nullable String received,
      EventLoop loop,
      Dialer dialer,
      LastGoodHops lastGood,
      LongSupplier nanoClock,
      long timeoutNanos,
      Receiver<RouteResult> done) {
    this.route = route;
    this.received = received;
    this.loop = loop;
    this.dialer = dialer;
    this.lastGood = lastGood;
    this.nanoClock = nanoClock;
    this.startNanoTime = nanoClock.getAsLong();
    this.timeoutNanos = timeoutNanos;
    this.done = done;
  }

  void start() {
    remembered = lastGood.first(route.hops(), startNanoTime);
    dial(remembered);
  }

  private void dial(int next) {
    index = next;
    dial = dialer.dial(hop(), received, loop, this::dialled);
  }

  private Hop hop() {
    return route.hops().get(index);
  }

  private void dialled(DialResult result) {
    dial = null;
    switch (result) {
      case DialResult.Connected connected -> connected(connected);
      case DialResult.Failed failed -> failed(new FailedHop(hop(), failed));
    }
  }

  private void connected(DialResult.Connected connected) {
    // A memory is not prolonged by its own use, or the first hop would never be tried again.
    if (remembered == 0 || startedOver) {
      lastGood.connected(route.hops(), index, nanoClock.getAsLong());
    }
    finish(connected, hop());
  }

  private void failed(FailedHop failed) {
    failures.add(failed);
    if (remembered > 0 && !startedOver) {
      startedOver = true;
      lastGood.failed(route.hops());
      if (!failed.failure().error().isPolicy()) {
        proceed(0, failed);
        return;
      }
    }
    int next = index;
    FailedHop last = failed;
    while (fallsBackOn(last) && ++next < route.hops().size()) {
      if (!startedOver || next != remembered) {
        proceed(next, last);
        return;
      }
      last = failures.getFirst();
    }
    finish(last.failure(), last.hop());
  }

  private void proceed(int next, FailedHop last) {
    if (deadline == null) {
      long leftNanos = timeoutNanos - (nanoClock.getAsLong() - startNanoTime);
      if (leftNanos <= 0) {
        finish(last.failure(), last.hop());
        return;
      }
      deadline = loop.schedule(this::timeOut, leftNanos, TimeUnit.NANOSECONDS);
    }
    dial(next);
  }

  private boolean fallsBackOn(FailedHop failed) {
    FallbackError error = failed.failure().error().fallback();
    return error != null && route.fallbackOn().contains(error);
  }

  private void timeOut() {
    if (dial != null) {
      dial.cancel();
      dial = null;
    }
    DialResult.Failed failure =
        new DialResult.Failed(
            DialError.CONNECTION_TIMEOUT, "no target answered in time", null, 0, 0, 0);
    failures.add(new FailedHop(hop(), failure));
    finish(failure, hop());
  }

  private void finish(DialResult result, Hop hop) {
    stop();
    done.tell(new RouteResult(result, hop, failures));
  }

  private void stop() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  public RouteProgress progress() {
    return new RouteProgress(hop(), failures);
  }

  @Override
  public void cancel() {
    stop();
    if (dial != null) {
      dial.cancel();
      dial = null;
    }
  }
}
