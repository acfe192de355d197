package io.detour.server.serve;

import io.detour.server.access.AccessControl;
import io.detour.server.log.AccessLog;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.parse.http.ViaField;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What every client connection works with. Any thread. */
public final class ClientServices {
  private final AccessControl access;
  private final HeadLimits headLimits;
  private final ClientTimeouts timeouts;
  private final ViaField pseudonym;
  private final AccessLog log;
  private final Destinations destinations;
  private final ConcurrentMap<EventLoop, Sweep> sweeps = new ConcurrentHashMap<>();

  /**
   * @param access who may use the proxy
   * @param headLimits how large a request head may be
   * @param timeouts how long a client may take
   * @param pseudonym of this process, by which it knows what it has passed on itself
   * @param log told about each refusal
   * @param destinations take the requests
   */
  public ClientServices(
      AccessControl access,
      HeadLimits headLimits,
      ClientTimeouts timeouts,
      ViaField pseudonym,
      AccessLog log,
      Destinations destinations) {
    this.access = access;
    this.headLimits = headLimits;
    this.timeouts = timeouts;
    this.pseudonym = pseudonym;
    this.log = log;
    this.destinations = destinations;
  }

  AccessControl access() {
    return access;
  }

  HeadLimits headLimits() {
    return headLimits;
  }

  ClientTimeouts timeouts() {
    return timeouts;
  }

  ViaField pseudonym() {
    return pseudonym;
  }

  AccessLog log() {
    return log;
  }

  Destinations destinations() {
    return destinations;
  }

  /** That of an event loop. */
  Sweep sweep(EventLoop loop) {
    Sweep sweep = sweeps.get(loop);
    return sweep != null
        ? sweep
        : sweeps.computeIfAbsent(
            loop,
            made ->
                new Sweep(
                    made,
                    timeouts.head(),
                    timeouts.idle(),
                    timeouts.body(),
                    timeouts.response(),
                    timeouts.writeStall()));
  }

  /**
   * Cuts the connections on which plain HTTP is being served, because the server stops. Waits until
   * it is done; not on an event loop.
   */
  public void cut() {
    List<Future<?>> cuts = new ArrayList<>();
    sweeps.forEach((loop, sweep) -> cuts.add(loop.submit(sweep::stop)));
    cuts.forEach(Future::syncUninterruptibly);
  }
}
