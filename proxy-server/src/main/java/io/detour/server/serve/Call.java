package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.rules.Decision;
import io.detour.rules.FallbackError;
import io.detour.rules.HostHeader;
import io.detour.rules.Route;
import io.detour.rules.condition.Request;
import io.detour.rules.host.LegacyZone;
import io.detour.server.accept.ClientAddress;
import io.detour.server.account.LoopCounters;
import io.detour.server.account.RequestKind;
import io.detour.server.account.Timing;
import io.detour.server.account.UseJournal;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RuleUse;
import io.detour.server.decide.RuleUse.TargetUse;
import io.detour.server.dial.DialResult;
import io.detour.server.dial.Purpose;
import io.detour.server.dial.RouteDialer;
import io.detour.server.log.AccessLog.Volume;
import io.detour.server.log.Asked;
import io.detour.server.log.Dialled;
import io.detour.server.log.LegacyUse;
import io.detour.server.log.RequestEnd;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to an upstream host: what was asked and by whom, what was decided, where
 * it led, and what of it is counted, logged and kept in the ledger. In order: {@link #decide},
 * {@link #dial} or {@link #reuse}, {@link #report}, {@link #relayed}. If the client goes away while
 * it waits, the dial is cancelled and nobody is told. Lives on the client's event loop.
 */
final class Call implements ChannelFutureListener {
  /** The steps of whoever makes the call; one of them follows {@link #decide} and {@link #dial}. */
  interface Steps {
    /** Step 4: it may lead there. */
    void dial(Route route);

    /**
     * Step 5: there is a connection.
     *
     * @param connected its channel is the receiver's to close
     */
    void answer(DialResult.Connected connected);

    /** It leads nowhere. */
    void refuse(Refusal refusal);
  }

  private final Services services;
  private final LoopCounters counters;
  private final Client client;
  private final HostPort asked;

  /** Of {@link io.detour.server.log.RequestIds}. */
  private final long id;

  /** That a legacy name is used, or null if none is. */
  private @Nullable LegacyUse legacyUse;

  /** Where the rule that decided is counted, or null if none did. A reload does not change it. */
  private @Nullable RuleUse use;

  /** Where the request is led: what was asked for, unless a rule says otherwise. */
  private HostPort target;

  /** Where the request was led in the end, or null as long as nothing is and once it is told. */
  private @Nullable Dialled dialled;

  private RouteDialer.@Nullable Walk dial;
  private boolean reported;

  // Kept in the ledger so far.
  private long keptUpstreamBytes;
  private long keptDownstreamBytes;

  /** Whether the log has no line for this because there were too many like it. */
  private boolean suppressed;

  private boolean tlsRefusalSuspected;

  Call(Services services, LoopCounters counters, Client client, HostPort asked) {
    this.services = services;
    this.counters = counters;
    this.client = client;
    this.asked = asked;
    this.target = asked;
    this.id = services.log().ids().next();
  }

  /**
   * What the rules in force, and the ports that may be asked for, make of the request. Then dials
   * or refuses.
   */
  void decide(Steps steps) {
    RuleSnapshot rules = services.rules().current();
    long now = services.clock().instant().getEpochSecond();
    Request toDecide = new Request(asked, ClientAddress.ip(client.channel()), client.user(), now);
    Decision decision = rules.decide(toDecide);
    if (decision instanceof Decision.Ruled byRule) {
      legacyUse = LegacyUse.ruled(byRule);
      use = rules.use(byRule.rule());
      use.matched(now);
      use.saw(byRule.matcher(), asked.host(), now);
    } else {
      LegacyZone legacy = rules.countUnmatched(asked.host());
      legacyUse = legacy == null ? null : LegacyUse.unmatched(legacy.text());
    }
    if (legacyUse != null) {
      counters.legacyUse();
    }
    // The port that a client asks for is looked at; that of a target is the operator's word.
    Refusal denied = services.access().options().refusal(client.kind(), asked);
    switch (decision.result(toDecide)) {
      case Decision.Refuse refused -> steps.refuse(Refusal.of(refused));
      case Route _ when denied != null -> steps.refuse(denied);
      case Route route -> steps.dial(route);
    }
  }

  /**
   * Logs the outcome, once, and keeps the use in the ledger. Step 6 of a plain HTTP request; a
   * tunnel is reported when it begins.
   *
   * @param volume what was transferred, or null if {@link #reportClose} will tell
   */
  void report(RequestEnd end, @Nullable Volume volume) {
    if (!reported) {
      reported = true;
      suppressed = !services.log().decision(request(), legacyUse, dialled, end, volume);
      keepUse();
      dialled = null; // a tunnel may be open for days
    }
  }

  /** Keeps in the ledger that a legacy name was used. */
  private void keepUse() {
    if (legacyUse != null) {
      services
          .journal()
          .used(
              new UseJournal.Use(
                  legacyUse.group(),
                  asked.host().name(),
                  Asked.text(client.address()),
                  client.user(),
                  client.userAgent(),
                  dialled == null ? null : dialled.target().toString(),
                  services.clock().instant().getEpochSecond()));
    }
  }

  /** Step 4: connects, and answers or refuses unless the client goes away before. */
  void dial(Route route, Steps steps) {
    target = route.first().address();
    long began = System.nanoTime();
    Channel channel = client.channel();
    channel.closeFuture().addListener(this);
    dial =
        services
            .dialer()
            .dial(
                route,
                purpose(),
                client.via(),
                channel.eventLoop(),
                walk -> receive(walk, steps, began));
  }

  /** What it needs. A parent proxy sets the Host of a request itself (RFC 9112 3.2.2). */
  Purpose purpose() {
    return client.kind() == RequestKind.FORWARD && hostHeader() == HostHeader.REWRITE
        ? Purpose.REQUESTS
        : Purpose.TUNNEL;
  }

  /**
   * Step 4 over a connection which an earlier call made. A {@link #dial} follows if it turns out to
   * be gone.
   *
   * @param reached where it leads
   */
  void reuse(HostPort reached, Channel upstream) {
    target = reached;
    dialled = Dialled.again(reached, upstream.remoteAddress());
  }

  /** The client is gone while it waits. */
  @Override
  public void operationComplete(ChannelFuture closed) {
    if (dial != null) {
      RouteDialer.Walk walk = dial;
      walk.cancel();
      dial = null;
      count(walk.failures(), walk.tried());
      dialled = Dialled.inVain(walk.hop().address(), walk.tried());
      report(RequestEnd.CLIENT_GONE, null);
    }
  }

  /** A bug costs this client its connection; the dialer closes the one that it has made. */
  private void receive(DialResult walk, Steps steps, long began) {
    dial = null;
    client.channel().closeFuture().removeListener(this);
    try {
      arrive(walk, steps, began);
    } catch (RuntimeException | Error e) {
      client.channel().close();
      throw e;
    }
  }

  private void arrive(DialResult walk, Steps steps, long began) {
    target = walk.hop().address();
    count(walk.failures(), walk.tried());
    switch (walk) {
      case DialResult.Connected connected -> {
        dialled =
            new Dialled(
                target, walk.tried(), connected.remote(), walk.dnsNanos(), walk.connectNanos());
        counters.took(Timing.SETUP_DNS, walk.dnsNanos());
        counters.took(Timing.SETUP_CONNECT, walk.connectNanos());
        counters.took(Timing.SETUP_TOTAL, System.nanoTime() - began);
        TargetUse targets = targets();
        if (targets != null) {
          targets.connected(walk.hop().target());
        }
        steps.answer(connected);
      }
      case DialResult.Failed failed -> {
        dialled = Dialled.inVain(target, walk.tried());
        steps.refuse(failed.refusal());
      }
    }
  }

  /** Where the targets of the rule that decided are counted, or null if none were dialled. */
  private @Nullable TargetUse targets() {
    return use != null && ruled() instanceof Decision.Rewrite ? use.targets() : null;
  }

  /**
   * Counts what was dialled in vain for the rule that decided.
   *
   * @param tried how many hops were dialled: after each but the last came another one
   */
  private void count(List<DialResult.Failed> failures, int tried) {
    TargetUse targets = failures.isEmpty() ? null : targets();
    if (targets == null) {
      return;
    }
    int dialled = 0;
    for (DialResult.Failed failed : failures) {
      dialled++;
      targets.failed(failed.hop().target());
      FallbackError error = failed.error().fallback();
      if (error != null && dialled < tried) {
        targets.fellBack(error);
      }
    }
  }

  LoopCounters counters() {
    return counters;
  }

  HostPort asked() {
    return asked;
  }

  /** Where it was led, or is being led; what it asked for as long as nothing is dialled. */
  HostPort target() {
    return target;
  }

  /** What a plain HTTP request is to say in its field {@code Host}. */
  HostHeader hostHeader() {
    return ruled() instanceof Decision.Rewrite rewrite
        ? rewrite.outcome().hostHeader()
        : HostHeader.REWRITE;
  }

  long id() {
    return id;
  }

  Asked request() {
    return new Asked(
        id, client.kind(), Asked.text(client.address()), client.user(), client.userAgent(), asked);
  }

  /** What a rule said, or null if none matched. */
  private Decision.@Nullable Ruled ruled() {
    return legacyUse == null ? null : legacyUse.decision();
  }

  /** The name of the rule that decided, or null if none did. */
  @Nullable String rule() {
    return legacyUse == null ? null : legacyUse.rule();
  }

  /** Step 6: counts the bytes that were delivered for the rule that decided. */
  void relayed(long upstreamBytes, long downstreamBytes) {
    if (use != null) {
      use.relayed(upstreamBytes, downstreamBytes);
    }
    keep(upstreamBytes, downstreamBytes);
  }

  /** Keeps in the ledger what has been delivered since it began; it may go on. */
  void keep(long upstreamBytes, long downstreamBytes) {
    if (legacyUse != null) {
      services
          .journal()
          .relayed(
              legacyUse.group(),
              asked.host().name(),
              Asked.text(client.address()),
              upstreamBytes - keptUpstreamBytes,
              downstreamBytes - keptDownstreamBytes);
      keptUpstreamBytes = upstreamBytes;
      keptDownstreamBytes = downstreamBytes;
    }
  }

  /** Counts for the rule that led the client elsewhere that it seems to have refused to be. */
  void suspectTlsRefusal() {
    if (use != null && ruled() instanceof Decision.Rewrite && !target.host().equals(asked.host())) {
      use.suspectTlsRefusal();
      tlsRefusalSuspected = true;
    }
  }

  /** Step 6 for a tunnel that has ended: logs it. */
  void reportClose(TunnelStats stats) {
    if (tlsRefusalSuspected && legacyUse != null) {
      services.log().closeRefused(request(), legacyUse, target, stats, !suppressed);
    } else if (!suppressed) {
      services.log().close(request(), legacyUse, target, stats);
    }
  }
}
