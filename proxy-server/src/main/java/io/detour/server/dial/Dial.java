package io.detour.server.dial;

import io.detour.core.Host;
import io.detour.rules.Hop;
import io.detour.server.dns.FamilyAnswers;
import io.detour.server.dns.NameResolver;
import io.detour.server.dns.Resolution;
import io.detour.server.status.DialError;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One dial of {@link Dialer#dial} from the lookup to its result: vets every address, lets those
 * that may be connected to race, and asks the parent proxy for the target if there is one. Only its
 * event loop may touch it.
 */
public final class Dial {
  /**
   * The Resolution Delay of RFC 8305 8: how long the family that comes first is waited for once the
   * other has been answered.
   */
  static final long RESOLUTION_DELAY_MILLIS = 50;

  private static final Logger logger = LoggerFactory.getLogger(Dialer.class);

  private final Hop hop;
  private final ParentConversation.@Nullable Request request;
  private final Vetting vetting;
  private final AddressOrder queue;
  private final AddressRace race;
  private final EventLoop loop;
  private final Consumer<DialResult> done;

  private @Nullable DnsAnswers answers;
  private long dnsNanos;
  private @Nullable ParentConversation conversation;

  /**
   * Why an address was kept out of the race, or null if none was. That one is this proxy's own says
   * what the host is, whatever became of the others.
   */
  private Vetting.@Nullable Objection objection;

  /** Whether the caller has no handle yet, so that the result has to wait. */
  private boolean starting = true;

  /** Whether the result was told or nobody wants it any more. */
  private boolean over;

  /** The race has not begun and its queue is empty; without a parent there is no request. */
  Dial(
      Hop hop,
      ParentConversation.@Nullable Request request,
      Vetting vetting,
      AddressOrder queue,
      AddressRace race,
      EventLoop loop,
      Consumer<DialResult> done) {
    this.hop = hop;
    this.request = request;
    this.vetting = vetting;
    this.queue = queue;
    this.race = race;
    this.loop = loop;
    this.done = done;
  }

  /** Starts with a host that needs no query. */
  void start(Resolution known) {
    switch (known) {
      case Resolution.Addresses(List<InetAddress> addresses) -> {
        vet(addresses);
        race.added(false);
        race.start(this::raced);
      }
      case Resolution.Unresolved unresolved -> fail(unresolved);
    }
    starting = false;
  }

  void start(NameResolver resolver, Host host) {
    answers = new DnsAnswers();
    resolver.resolve(host, answers);
    starting = false;
  }

  private void vet(List<InetAddress> addresses) {
    List<InetAddress> allowed = new ArrayList<>(addresses.size());
    for (InetAddress address : addresses) {
      Vetting.Objection why = vetting.objection(new InetSocketAddress(address, race.port()));
      if (why == null) {
        allowed.add(address);
      } else if (!isLoop(objection)) {
        objection = why;
      }
    }
    queue.add(allowed);
  }

  private final class DnsAnswers implements NameResolver.Waiting {
    private final long startNanoTime = System.nanoTime();
    private NameResolver.@Nullable Lookup running;
    private @Nullable Future<?> resolutionDelay;

    /** Whether the addresses of a family are in the race by now, as far as they may be. */
    private boolean ipv4Vetted;

    private boolean ipv6Vetted;

    @Override
    public void waitFor(NameResolver.Lookup lookup) {
      running = lookup;
    }

    @Override
    public void learned(FamilyAnswers known) {
      if (over) {
        return;
      }
      if (known.isComplete() && !known.hasAddresses()) {
        dnsNanos = System.nanoTime() - startNanoTime;
        fail(known.failure());
        return;
      }
      if (!ipv4Vetted && known.ipv4() instanceof Resolution.Addresses found) {
        ipv4Vetted = true;
        vet(found.addresses());
      }
      if (!ipv6Vetted && known.ipv6() instanceof Resolution.Addresses found) {
        ipv6Vetted = true;
        vet(found.addresses());
      }
      race.added(!known.isComplete());
      if (known.isComplete() || queue.hasFirst()) {
        startRace();
      } else if (resolutionDelay == null) {
        resolutionDelay =
            loop.schedule(this::startRace, RESOLUTION_DELAY_MILLIS, TimeUnit.MILLISECONDS);
      }
    }

    private void startRace() {
      if (!race.isStarted()) {
        dnsNanos = System.nanoTime() - startNanoTime;
        race.start(Dial.this::raced);
      }
    }

    /** Unless the answers are abandoned, those to come are for the cache. */
    private void stop(boolean abandoned) {
      if (resolutionDelay != null) {
        resolutionDelay.cancel(false);
      }
      if (running != null) {
        running.leave(this, abandoned);
      }
      running = null;
    }
  }

  private void raced(@Nullable DuplexChannel winner, @Nullable DialError failure) {
    if (winner == null) {
      lost(failure);
    } else if (request == null || request.isRequestItself()) {
      connected(winner);
    } else {
      stopLookup(false);
      conversation = new ParentConversation(winner, answer -> answered(winner, answer));
      conversation.begin(request, request.timeoutNanos() - race.connectNanos());
    }
  }

  private void answered(DuplexChannel upstream, ParentConversation.Answer answer) {
    switch (answer) {
      case ParentConversation.Granted _ -> connected(upstream);
      case ParentConversation.Refused refused ->
          failed(refused.error(), refused.details(), refused.rcode());
    }
  }

  private void connected(DuplexChannel upstream) {
    finish(
        new DialResult.Connected(
            hop,
            upstream,
            request != null && request.isRequestItself() ? request.parent() : null,
            (InetSocketAddress) upstream.remoteAddress(),
            race.attempts(),
            dnsNanos,
            race.connectNanos(),
            List.of()));
  }

  private void lost(@Nullable DialError failure) {
    Vetting.Objection why = failure == null || isLoop(objection) ? objection : null;
    if (why != null) {
      failed(why.error(), details(why.error(), why.details()), null);
    } else {
      DialError error = Objects.requireNonNullElse(failure, DialError.DNS_ERROR);
      failed(error, details(error, error.details()), null);
    }
  }

  private static boolean isLoop(Vetting.@Nullable Objection objection) {
    return objection != null && objection.error() == DialError.PROXY_LOOP;
  }

  private void fail(Resolution.Unresolved why) {
    failed(why.error(), details(why.error(), why.details()), why.rcode());
  }

  private void failed(DialError error, String details, @Nullable String rcode) {
    finish(
        new DialResult.Failed(
            hop, error, details, rcode, race.attempts(), dnsNanos, race.connectNanos(), List.of()));
  }

  /** Why there is no connection to the target, or to the parent if there is one. */
  private String details(DialError error, String ofTarget) {
    if (request == null) {
      return ofTarget;
    }
    return switch (error) {
      case DNS_ERROR -> "the host of the parent proxy has no address";
      case DNS_TIMEOUT ->
          "no DNS server answered in time for the host of the parent proxy (timeouts.dns)";
      case CONNECTION_REFUSED -> "the parent proxy refused the connection";
      case CONNECTION_TIMEOUT -> "the parent proxy did not answer in time (timeouts.connect)";
      case DESTINATION_IP_UNROUTABLE -> "there is no route to the parent proxy's address";
      case DESTINATION_IP_PROHIBITED -> "the parent proxy's address is not allowed";
      case PROXY_LOOP -> "the parent proxy is this proxy";
      case CONNECTION_TERMINATED -> "the connection to the parent proxy broke at once";
      case RESOURCES, DESTINATION_UNAVAILABLE, DENIED, PARENT_CONFIGURATION, PARENT_ANSWER ->
          error.details();
    };
  }

  private void finish(DialResult result) {
    stopLookup(false);
    if (starting) {
      loop.execute(() -> end(result));
    } else {
      end(result);
    }
  }

  private void end(DialResult result) {
    if (!over) {
      over = true;
      tell(done, result);
    } else if (result instanceof DialResult.Connected connected) {
      connected.upstream().close();
    }
  }

  /** What the receiver throws is logged, and the connection that it was to own is closed. */
  static void tell(Consumer<DialResult> done, DialResult result) {
    try {
      done.accept(result);
    } catch (Throwable e) { // nothing thrown leaves an event loop's callback
      logger.error("The receiver of a dial's result failed", e);
      if (result instanceof DialResult.Connected connected) {
        connected.upstream().close();
      }
    }
  }

  /**
   * Ends the wait for DNS, closes a connection that is being set up, and keeps the callback from
   * being called. Does nothing once that was called.
   */
  public void cancel() {
    if (over) {
      return;
    }
    over = true;
    stopLookup(true);
    race.stop();
    if (conversation != null) {
      conversation.cancel();
    }
  }

  private void stopLookup(boolean abandoned) {
    if (answers != null) {
      answers.stop(abandoned);
    }
  }
}
