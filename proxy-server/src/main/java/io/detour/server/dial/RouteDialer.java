package io.detour.server.dial;

import io.detour.rules.Route;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Dials the hops of a route in turn until one is connected.
 *
 * <h2>When the next hop is tried</h2>
 *
 * A hop that fails with an error of {@link Route#fallbackOn} gives way to the next one. Any other
 * failure ends the walk, and so does the failure of the last hop. Nothing comes after a refusal by
 * policy (an address of this proxy, a prohibited address, a parent proxy that does not allow the
 * target), whatever the route says.
 *
 * <h2>How long it takes</h2>
 *
 * Each hop has the bounds of its own dial: the DNS timeout, then three connect timeouts for all its
 * addresses, or one for a parent proxy. The whole walk ends after three times the DNS timeout and
 * the connect timeout together, with 10 s and 5 s after 45 s: enough for three hops that do not
 * answer at all, and the client is not left without an answer because a list is long.
 *
 * <h2>The last good target</h2>
 *
 * When a hop other than the first is connected, walks over the same hops on the same event loop
 * begin with it for {@link LastGoodHops#KEPT}, so that not every client waits for a target that is
 * down. If it fails then, the walk starts over from the first hop, and does not dial the failed one
 * again when its turn comes. After that time one walk begins with the first hop again while the
 * others go on with the one that works, and its outcome is what is remembered next.
 *
 * <p>May be made by any thread; {@link #dial} is called on an event loop of the dialer's transport.
 */
public final class RouteDialer {
  private static final int TIMEOUTS_PER_WALK = 3;

  private final Dialer dialer;
  private final LongSupplier nanoClock;
  private final ConcurrentMap<EventLoop, LastGoodHops> lastGood = new ConcurrentHashMap<>();

  /**
   * @param dialer connects to each hop
   */
  public RouteDialer(Dialer dialer) {
    this(dialer, System::nanoTime);
  }

  /**
   * @param nanoClock as {@link System#nanoTime}
   */
  RouteDialer(Dialer dialer, LongSupplier nanoClock) {
    this.dialer = dialer;
    this.nanoClock = nanoClock;
  }

  /** The longest a walk takes, however many hops it has. */
  public Duration walkTimeout() {
    DialOptions options = dialer.options();
    return options.dnsTimeout().plus(options.connectTimeout()).multipliedBy(TIMEOUTS_PER_WALK);
  }

  /** The same for a client that sent no {@code Via}. */
  public RouteDial dial(Route route, EventLoop loop, Consumer<RouteResult> done) {
    return dial(route, null, loop, done);
  }

  /**
   * Walks over a route.
   *
   * @param route where to
   * @param received the value of {@code Via} that the client sent, for a parent proxy to see, or
   *     null (RFC 9110 7.6.3)
   * @param loop the current thread's event loop, on which everything happens
   * @param done told the result once, on {@code loop}, after this method has returned; never told
   *     after {@link Dial#cancel}. A connection is handed out as {@link DialResult.Connected} says
   * @return the handle to cancel it by, which tells until then how far it has come
   * @throws IllegalStateException if {@code loop} is not the current thread's
   */
  public RouteDial dial(
      Route route, @Nullable String received, EventLoop loop, Consumer<RouteResult> done) {
    Dialer.requireOn(loop);
    Walk walk =
        new Walk(
            route,
            received,
            loop,
            dialer,
            lastGood.computeIfAbsent(loop, _ -> new LastGoodHops()),
            nanoClock,
            walkTimeout().toNanos(),
            Receiver.ofRoute(done));
    walk.start();
    return walk;
  }

  /** Forgets which hops worked last: the rules are others now. Any thread. */
  public void forget() {
    lastGood.clear();
  }
}
