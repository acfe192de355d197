package io.detour.server.serve;

import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.ops.ledger.LedgerUse;
import io.detour.rules.Decision;
import io.detour.rules.FallbackError;
import io.detour.rules.HostHeader;
import io.detour.rules.Route;
import io.detour.rules.condition.Request;
import io.detour.rules.host.HostMatcher;
import io.detour.server.account.LoopCounters;
import io.detour.server.account.RequestKind;
import io.detour.server.account.Timing;
import io.detour.server.decide.Consequence;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RuleUse;
import io.detour.server.decide.TargetUse;
import io.detour.server.dial.DialResult;
import io.detour.server.dial.RouteDial;
import io.detour.server.dial.RouteProgress;
import io.detour.server.dial.RouteResult;
import io.detour.server.log.AccessLog.Volume;
import io.detour.server.log.Asked;
import io.detour.server.log.Dialled;
import io.detour.server.log.LegacyUse;
import io.detour.server.log.RequestEnd;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to an upstream host: {@link #decide}, then {@link #dial}, {@link #report}
 * when its outcome is known, and {@link #relayed} or {@link #ended} when bytes have passed. Counts
 * what rules and their targets do, logs it, and keeps it in the ledger. If the client goes away
 * while it waits, the dial is cancelled and nobody is told. Lives on the client's event loop.
 */
public final class Call implements ChannelFutureListener {
  /** How a dial ended. */
  public interface Arrival {
    /**
     * There is a connection.
     *
     * @param upstream the receiver's to close; as {@link DialResult.Connected} says
     */
    void connected(Channel upstream);

    /**
     * There is none.
     *
     * @param refusal what the client is to be told
     */
    void refused(Refusal refusal);
  }

  private final CallServices services;
  private final LoopCounters counters;
  private final Client caller;
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

  private @Nullable RouteDial dial;
  private boolean reported;

  // What the ledger has been told of.
  private long keptUpstreamBytes;
  private long keptDownstreamBytes;

  /** Whether the log has no line for this because there were too many like it. */
  private boolean suppressed;

  /**
   * @param services what every passage works with
   * @param counters of the client's event loop
   * @param caller the client
   * @param asked where it wants to go
   */
  public Call(CallServices services, LoopCounters counters, Client caller, HostPort asked) {
    this.services = services;
    this.counters = counters;
    this.caller = caller;
    this.asked = asked;
    this.target = asked;
    this.id = services.log().ids().next();
  }

  /** What the rules in force make of the request. To be called once. */
  public Consequence decide() {
    RuleSnapshot rules = services.rules().current();
    Request toDecide = toDecide();
    Decision decision = rules.decide(toDecide);
    if (decision instanceof Decision.Ruled byRule) {
      legacyUse = new LegacyUse.Ruled(byRule);
      use = rules.use(byRule.rule());
      use.matched(toDecide.epochSecond());
      use.saw(byRule.matcher(), asked.host(), toDecide.epochSecond());
    } else {
      countUnmatched(rules);
    }
    if (legacyUse != null) {
      counters.legacyUse();
    }
    // The port that a client asks for is looked at; that of a target is the operator's word.
    return Consequence.of(decision, toDecide)
        .unless(services.access().options().refusal(caller.kind(), asked));
  }

  private Request toDecide() {
    Address address =
        caller.address() instanceof InetSocketAddress socket && !socket.isUnresolved()
            ? Address.of(socket.getAddress())
            : null;
    return new Request(asked, address, caller.user(), services.clock().instant().getEpochSecond());
  }

  private void countUnmatched(RuleSnapshot rules) {
    HostMatcher.Suffix legacy = rules.countUnmatched(asked.host());
    if (legacy != null) {
      legacyUse = new LegacyUse.Unmatched(legacy.text());
    }
  }

  /**
   * The outcome is known. Reports it, once: what comes after the first is not told.
   *
   * @param volume what was transferred, or null if {@link #ended} will tell
   */
  public void report(RequestEnd end, @Nullable Volume volume) {
    if (!reported) {
      reported = true;
      suppressed = !services.log().decision(request(), legacyUse, dialled, end, volume);
      keep();
      dialled = null; // a tunnel may be open for days
    }
  }

  /** Keeps in the ledger that a rule was used. */
  private void keep() {
    String rule = rule();
    if (rule != null) {
      services
          .ledger()
          .used(
              new LedgerUse(
                  rule,
                  asked.host().name(),
                  Asked.text(caller.address()),
                  caller.user(),
                  caller.userAgent(),
                  dialled == null ? null : dialled.target().toString(),
                  services.clock().instant().getEpochSecond()));
    }
  }

  /**
   * Connects.
   *
   * @param route of {@link #decide}
   * @param arrival told once, unless the client goes away before
   */
  public void dial(Route route, Arrival arrival) {
    Route vetted = caller.kind() == RequestKind.TCP ? route.trustingAsked() : route;
    target = route.first().address();
    long began = System.nanoTime();
    Channel client = caller.channel();
    client.closeFuture().addListener(this);
    dial =
        services
            .dialer()
            .dial(vetted, caller.via(), client.eventLoop(), walk -> receive(walk, arrival, began));
  }

  /**
   * A connection which an earlier passage made is to be used again. A {@link #dial} follows if it
   * turns out to be gone.
   *
   * @param reached where it leads
   * @param upstream the connection
   */
  public void reuse(HostPort reached, Channel upstream) {
    target = reached;
    dialled = Dialled.again(reached, upstream.remoteAddress());
  }

  /** The client is gone while it waits. */
  @Override
  public void operationComplete(ChannelFuture closed) {
    if (dial != null) {
      RouteProgress progress = dial.progress();
      dial.cancel();
      dial = null;
      count(progress.failures(), progress.tried());
      dialled = Dialled.inVain(progress.hop().address(), progress.tried());
      report(RequestEnd.CLIENT_GONE, null);
    }
  }

  /** A bug costs this client its connection; the dialer closes the one that it has made. */
  private void receive(RouteResult walk, Arrival arrival, long began) {
    dial = null;
    caller.channel().closeFuture().removeListener(this);
    try {
      arrive(walk, arrival, began);
    } catch (RuntimeException | Error e) {
      caller.channel().close();
      throw e;
    }
  }

  private void arrive(RouteResult walk, Arrival arrival, long began) {
    target = walk.hop().address();
    count(walk.failures(), walk.tried());
    switch (walk.result()) {
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
        arrival.connected(connected.upstream());
      }
      case DialResult.Failed failed -> {
        dialled = Dialled.inVain(target, walk.tried());
        arrival.refused(failed.refusal());
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
  private void count(List<RouteResult.FailedHop> failures, int tried) {
    TargetUse targets = failures.isEmpty() ? null : targets();
    if (targets == null) {
      return;
    }
    int dialled = 0;
    for (RouteResult.FailedHop failed : failures) {
      dialled++;
      targets.failed(failed.hop().target());
      FallbackError error = failed.failure().error().fallback();
      if (error != null && dialled < tried) {
        targets.fellBack(error);
      }
    }
  }

  /** What the client asked for. */
  public HostPort asked() {
    return asked;
  }

  /** Where it was led, or is being led; what it asked for as long as nothing is dialled. */
  public HostPort target() {
    return target;
  }

  /** What a plain HTTP request is to say in its field {@code Host}. */
  public HostHeader hostHeader() {
    return ruled() instanceof Decision.Rewrite rewrite
        ? rewrite.outcome().hostHeader()
        : HostHeader.REWRITE;
  }

  /** The number of the request. */
  public long id() {
    return id;
  }

  /** Who asked for what. */
  public Asked request() {
    return new Asked(
        id, caller.kind(), Asked.text(caller.address()), caller.user(), caller.userAgent(), asked);
  }

  /** What a rule said, or null if none matched. */
  private Decision.@Nullable Ruled ruled() {
    return legacyUse instanceof LegacyUse.Ruled ruled ? ruled.decision() : null;
  }

  /** The name of the rule that decided, or null if none did. */
  public @Nullable String rule() {
    return legacyUse == null ? null : legacyUse.rule();
  }

  /**
   * Counts bytes for the rule that decided.
   *
   * @param upstreamBytes delivered to the upstream host
   * @param downstreamBytes delivered to the client
   */
  public void relayed(long upstreamBytes, long downstreamBytes) {
    if (use != null) {
      use.relayed(upstreamBytes, downstreamBytes);
    }
    relayedSoFar(upstreamBytes, downstreamBytes);
  }

  /**
   * Tells the ledger of a tunnel that goes on.
   *
   * @param upstreamBytes delivered to the upstream host since it began
   * @param downstreamBytes delivered to the client since it began
   */
  public void relayedSoFar(long upstreamBytes, long downstreamBytes) {
    String rule = rule();
    if (rule != null) {
      services
          .ledger()
          .relayed(
              rule,
              asked.host().name(),
              Asked.text(caller.address()),
              upstreamBytes - keptUpstreamBytes,
              downstreamBytes - keptDownstreamBytes);
      keptUpstreamBytes = upstreamBytes;
      keptDownstreamBytes = downstreamBytes;
    }
  }

  /** Counts for the rule that led the client elsewhere that it seems to have refused to be. */
  public void suspectTlsRefusal() {
    if (use != null && ruled() instanceof Decision.Rewrite && !target.host().equals(asked.host())) {
      use.suspectTlsRefusal();
    }
  }

  /** A tunnel has ended. Counts its bytes, and reports it. */
  public void ended(TunnelStats stats) {
    relayed(stats.upstreamBytes(), stats.downstreamBytes());
    if (!suppressed) {
      services.log().close(request(), legacyUse, target, stats);
    }
  }
}
