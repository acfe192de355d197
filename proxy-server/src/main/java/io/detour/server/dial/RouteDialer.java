package io.detour.server.dial;

import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.server.status.DialError;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Dials the hops of a route in turn until one is connected. Only a failure of {@link
 * Route#fallbackOn} gives way to the next hop, and never a refusal by policy (an address of this
 * proxy, a prohibited address, a parent proxy that does not allow the target).
 *
 * <p>When a hop other than the first is connected, walks over the same hops on the same event loop
 * begin with it, so that not every client waits for a target that is down ({@link LastGoodHops}).
 * If it fails then, the walk starts over from the first hop, and does not dial the failed one
 * again.
 *
 * <p>May be made by any thread; {@link #dial} is called on an event loop of the dialer's transport.
 */
public final class RouteDialer {
  /** Enough for three hops that do not answer at all, however long the list is. */
  private static final int TIMEOUTS_PER_WALK = 3;

  private final Dialer dialer;
  private final LongSupplier nanoClock;
  private final ConcurrentMap<EventLoop, LastGoodHops> lastGood = new ConcurrentHashMap<>();

  public RouteDialer(Dialer dialer) {
    this(dialer, System::nanoTime);
  }

  RouteDialer(Dialer dialer, LongSupplier nanoClock) {
    this.dialer = dialer;
    this.nanoClock = nanoClock;
  }

  /** The longest a walk takes, however many hops it has. */
  public Duration walkTimeout() {
    DialOptions options = dialer.options();
    return options.dns().timeout().plus(options.connectTimeout()).multipliedBy(TIMEOUTS_PER_WALK);
  }

  /** Walks over a route for a tunnel. The parameters are those of {@link Dialer#dial}. */
  public Walk dial(
      Route route, @Nullable String received, EventLoop loop, Consumer<DialResult> done) {
    return dial(route, Purpose.TUNNEL, received, loop, done);
  }

  /** The same for any purpose. */
  public Walk dial(
      Route route,
      Purpose purpose,
      @Nullable String received,
      EventLoop loop,
      Consumer<DialResult> done) {
    Dialer.requireOn(loop);
    Walk walk = new Walk(route, purpose, received, loop, done);
    walk.start();
    return walk;
  }

  /** Forgets which hops worked last: the rules are others now. Any thread. */
  public void forget() {
    lastGood.clear();
  }

  /**
   * One walk over a route, from the first dial to the result. Only its event loop may touch it; how
   * far it has come is not to be asked once the callback was called.
   */
  public final class Walk {
    private final Route route;
    private final Purpose purpose;
    private final @Nullable String received;
    private final EventLoop loop;
    private final Consumer<DialResult> done;
    private final LastGoodHops memory;
    private final long startNanoTime = nanoClock.getAsLong();
    private final List<DialResult.Failed> failures = new ArrayList<>(0);

    /** The remembered hop that the walk begins with, or 0 if it begins with the first. */
    private int remembered;

    /** Whether the remembered hop has failed; its failure is the first of all. */
    private boolean startedOver;

    /** The hop that is being dialled. */
    private int index;

    private @Nullable Dial dial;
    private @Nullable Future<?> deadline;

    private Walk(
        Route route,
        Purpose purpose,
        @Nullable String received,
        EventLoop loop,
        Consumer<DialResult> done) {
      this.route = route;
      this.purpose = purpose;
      this.received = received;
      this.loop = loop;
      this.done = done;
      this.memory = lastGood.computeIfAbsent(loop, _ -> new LastGoodHops());
    }

    private void start() {
      remembered = memory.first(route.hops(), startNanoTime);
      dial(remembered);
    }

    private void dial(int next) {
      index = next;
      dial = dialer.dial(hop(), purpose, received, loop, this::dialled);
    }

    private void dialled(DialResult result) {
      dial = null;
      switch (result) {
        case DialResult.Connected connected -> connected(connected);
        case DialResult.Failed failed -> failed(failed);
      }
    }

    private void connected(DialResult.Connected connected) {
      // A memory is not prolonged by its own use, or the first hop would never be tried again.
      if (remembered == 0 || startedOver) {
        memory.connected(route.hops(), index, nanoClock.getAsLong());
      }
      finish(connected);
    }

    private void failed(DialResult.Failed failed) {
      failures.add(failed);
      if (remembered > 0 && !startedOver) {
        startedOver = true;
        memory.failed(route.hops());
        if (!failed.error().isPolicy()) {
          proceed(0, failed);
          return;
        }
      }
      int next = index;
      DialResult.Failed last = failed;
      while (fallsBackOn(last) && ++next < route.hops().size()) {
        if (!startedOver || next != remembered) {
          proceed(next, last);
          return;
        }
        last = failures.getFirst();
      }
      finish(last);
    }

    private void proceed(int next, DialResult.Failed last) {
      if (deadline == null) {
        long leftNanos = walkTimeout().toNanos() - (nanoClock.getAsLong() - startNanoTime);
        if (leftNanos <= 0) {
          finish(last);
          return;
        }
        deadline = loop.schedule(this::timeOut, leftNanos, TimeUnit.NANOSECONDS);
      }
      dial(next);
    }

    private boolean fallsBackOn(DialResult.Failed failed) {
      FallbackError error = failed.error().fallback();
      return error != null && route.fallbackOn().contains(error);
    }

    private void timeOut() {
      cancelDial();
      var failure =
          new DialResult.Failed(
              hop(),
              DialError.CONNECTION_TIMEOUT,
              "no target answered in time (timeouts.connect)",
              null,
              0,
              0,
              0,
              List.of());
      failures.add(failure);
      finish(failure);
    }

    private void finish(DialResult result) {
      cancelDeadline();
      Dial.tell(done, failures.isEmpty() ? result : summary(result));
    }

    /** A result with what the hops before it cost. */
    private DialResult summary(DialResult result) {
      long dnsNanos = sum(DialResult.Failed::dnsNanos);
      long connectNanos = sum(DialResult.Failed::connectNanos);
      return switch (result) {
        case DialResult.Connected connected ->
            new DialResult.Connected(
                connected.hop(),
                connected.upstream(),
                connected.parent(),
                connected.remote(),
                connected.attempts(),
                connected.dnsNanos() + dnsNanos,
                connected.connectNanos() + connectNanos,
                List.copyOf(failures));
        case DialResult.Failed failed ->
            new DialResult.Failed(
                failed.hop(),
                failed.error(),
                failed.details(),
                failed.rcode(),
                failed.attempts(),
                dnsNanos,
                connectNanos,
                List.copyOf(failures));
      };
    }

    private long sum(ToLongFunction<DialResult.Failed> nanos) {
      return failures.stream().mapToLong(nanos).sum();
    }

    /** The hop that is being dialled. */
    public Hop hop() {
      return route.hops().get(index);
    }

    /** Every hop that was dialled in vain so far, in the order of the dials. */
    public List<DialResult.Failed> failures() {
      return List.copyOf(failures);
    }

    /** How many hops were dialled so far: at least one. */
    public int tried() {
      return failures.size() + 1;
    }

    /** As {@link Dial#cancel}. */
    public void cancel() {
      cancelDeadline();
      cancelDial();
    }

    private void cancelDeadline() {
      if (deadline != null) {
        deadline.cancel(false);
      }
    }

    private void cancelDial() {
      if (dial != null) {
        dial.cancel();
        dial = null;
      }
    }
  }
}
