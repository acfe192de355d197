package io.detour.server.dial;

import io.detour.server.dns.FamilyAnswers;
import io.detour.server.dns.Ipv6;
import io.detour.server.dns.NameLookup;
import io.detour.server.dns.NameResolver;
import io.detour.server.dns.Resolution;
import io.detour.server.status.DialError;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One dial from the lookup to its result: vets every address and lets those that may be connected
 * to race. Everything happens on its event loop, which writes all fields.
 */
final class TargetDial implements Dial, NameResolver.Waiting, AddressRace.Finish {
  /**
   * The Resolution Delay of RFC 8305 8: how long the family that comes first is waited for once the
   * other has been answered.
   */
  static final long RESOLUTION_DELAY_MILLIS = 50;

  private final EventLoop loop;
  private final int port;
  private final Vetting vetting;
  private final Ipv6 use;
  private final AddressOrder queue;
  private final AddressRace race;
  private final Receiver<DialResult> done;

  private @Nullable NameLookup lookup;
  private long lookupNanoTime;
  private long dnsNanos;
  private @Nullable Future<?> resolutionDelay;

  /** Whether the addresses of a family are in the race by now, as far as they may be. */
  private boolean ipv4Vetted;

  private boolean ipv6Vetted;

  /**
   * Why an address was kept out of the race, or null if none was. That one is this proxy's own says
   * what the host is, whatever became of the others.
   */
  private @Nullable DialError refusal;

  /** Whether the caller has no handle yet, so that the result has to wait. */
  private boolean starting = true;

  /** Whether the result was told or nobody wants it any more. */
  private boolean over;

  /**
   * @param queue empty; in which order addresses are tried
   * @param race for the addresses of the queue; not yet started
   */
  TargetDial(
      int port,
      EventLoop loop,
      Vetting vetting,
      Ipv6 use,
      AddressOrder queue,
      AddressRace race,
      Receiver<DialResult> done) {
    this.loop = loop;
    this.port = port;
    this.vetting = vetting;
    this.use = use;
    this.queue = queue;
    this.race = race;
    this.done = done;
  }

  /** Starts with a host that needs no lookup. */
  void start(Resolution known) {
    switch (known) {
      case Resolution.Addresses found -> {
        vet(found.inOrder());
        race.added(false);
        race.start(this);
      }
      case Resolution.Unresolved unresolved -> fail(unresolved);
    }
    starting = false;
  }

  /** Starts with a name. */
  void start(NameResolver resolver, String name) {
    lookupNanoTime = System.nanoTime();
    resolver.resolve(name, this);
    starting = false;
  }

  @Override
  public void waitFor(NameLookup running) {
    lookup = running;
  }

  @Override
  public void learned(FamilyAnswers known) {
    if (over) {
      return;
    }
    if (known.isComplete() && !known.hasAddresses()) {
      dnsNanos = System.nanoTime() - lookupNanoTime;
      fail(known.failure());
      return;
    }
    if (!ipv4Vetted && known.ipv4() instanceof Resolution.Addresses found) {
      ipv4Vetted = true;
      vet(found.inOrder());
    }
    if (!ipv6Vetted && known.ipv6() instanceof Resolution.Addresses found) {
      ipv6Vetted = true;
      vet(found.inOrder());
    }
    race.added(!known.isComplete());
    if (known.isComplete() || known.hasFirst(use)) {
      startRace();
    } else if (resolutionDelay == null) {
      resolutionDelay =
          loop.schedule(this::startRace, RESOLUTION_DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void vet(List<InetAddress> addresses) {
    for (InetAddress address : addresses) {
      DialError why = vetting.refusal(new InetSocketAddress(address, port));
      if (why == null) {
        queue.add(address);
      } else if (refusal != DialError.PROXY_LOOP) {
        refusal = why;
      }
    }
  }

  private void startRace() {
    if (!race.isStarted()) {
      dnsNanos = System.nanoTime() - lookupNanoTime;
      race.start(this);
    }
  }

  @Override
  public void won(SocketChannel winner) {
    finish(
        new DialResult.Connected(
            winner, winner.remoteAddress(), race.attempts(), dnsNanos, race.connectNanos()));
  }

  @Override
  public void lost(@Nullable DialError failure) {
    DialError error =
        failure == null || refusal == DialError.PROXY_LOOP
            ? Objects.requireNonNullElse(refusal, DialError.DNS_ERROR)
            : failure;
    finish(
        new DialResult.Failed(
            error, error.details(), null, race.attempts(), dnsNanos, race.connectNanos()));
  }

  private void fail(Resolution.Unresolved unresolved) {
    finish(
        new DialResult.Failed(
            unresolved.error(), unresolved.details(), unresolved.rcode(), 0, dnsNanos, 0));
  }

  private void finish(DialResult result) {
    stopWaiting();
    if (lookup != null) {
      lookup.leave(this);
      lookup = null;
    }
    if (starting) {
      loop.execute(() -> tell(result));
    } else {
      tell(result);
    }
  }

  private void tell(DialResult result) {
    if (!over) {
      over = true;
      done.tell(result);
    } else if (result instanceof DialResult.Connected connected) {
      connected.upstream().close();
    }
  }

  @Override
  public void cancel() {
    if (over) {
      return;
    }
    over = true;
    stopWaiting();
    race.stop();
    if (lookup != null) {
      lookup.abandon(this);
      lookup = null;
    }
  }

  private void stopWaiting() {
    if (resolutionDelay != null) {
      resolutionDelay.cancel(false);
    }
  }
}
