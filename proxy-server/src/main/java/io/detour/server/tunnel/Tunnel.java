package io.detour.server.tunnel;

import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.core.relay.EarlyBytes;
import io.detour.rules.Decision;
import io.detour.rules.FallbackError;
import io.detour.rules.HostMatcher;
import io.detour.rules.Request;
import io.detour.rules.Route;
import io.detour.server.decide.Consequence;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RuleUse;
import io.detour.server.decide.TargetUse;
import io.detour.server.dial.DialResult;
import io.detour.server.dial.RouteDial;
import io.detour.server.dial.RouteProgress;
import io.detour.server.dial.RouteResult;
import io.detour.server.listen.ClientLoop;
import io.detour.server.listen.HalfClosedWatch;
import io.detour.server.observe.LegacyUse;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that asked for a tunnel. A method for each step, in the order in which they happen:
 * {@link #decide}, {@link #dial}, {@link #answer}, {@link #relay}, {@link #account}; a step can end
 * in {@link #refuse}. How the client is spoken to, its {@link Asker} knows. Lives on the client's
 * event loop.
 */
public final class Tunnel implements ChannelFutureListener {
  private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);

  private final TunnelServices services;
  private final ClientLoop loop;
  private final Asker asker;
  private final Channel client;
  private final HostPort asked;

  /** What a rule said, or null if none matched. */
  private Decision.@Nullable Ruled ruled;

  /** Where the rule that decided is counted, or null if none did. A reload does not change it. */
  private @Nullable RuleUse use;

  /** Where the tunnel leads: what was asked for, unless a rule says otherwise. */
  private HostPort target;

  private @Nullable RouteDial dial;

  private Tunnel(TunnelServices services, ClientLoop loop, Asker asker, HostPort asked) {
    this.services = services;
    this.loop = loop;
    this.asker = asker;
    this.client = asker.channel();
    this.asked = asked;
    this.target = asked;
  }

  /**
   * Takes a client from what it asked for to the relay. On the client's event loop.
   *
   * @param services what every tunnel works with
   * @param loop the client's event loop
   * @param asker the client
   * @param asked where to
   */
  public static void start(TunnelServices services, ClientLoop loop, Asker asker, HostPort asked) {
    new Tunnel(services, loop, asker, asked).decide();
  }

  private void decide() {
    RuleSnapshot rules = services.rules().current();
    Request request = request();
    Decision decision = rules.decide(request);
    if (decision instanceof Decision.Ruled byRule) {
      ruled = byRule;
      use = rules.use(byRule.rule());
      use.matched(request.epochSecond());
    } else {
      reportUnmatched(rules);
    }
    switch (Consequence.of(decision, request)) {
      case Consequence.Dialled(Route route) -> dial(route);
      case Consequence.Refused(Refusal refusal) -> {
        logUse(null, 0);
        refuse(refusal);
      }
    }
  }

  private Request request() {
    Address address =
        asker.address() instanceof InetSocketAddress socket && !socket.isUnresolved()
            ? Address.of(socket.getAddress())
            : null;
    return new Request(asked, address, null, services.clock().instant().getEpochSecond());
  }

  private void reportUnmatched(RuleSnapshot rules) {
    HostMatcher.Suffix legacy = rules.countUnmatched(asked.host());
    if (legacy != null) {
      services.log().unmatchedLegacyUse(asker.address(), asked, legacy.text());
    }
  }

  /**
   * Reports that a rule was used.
   *
   * @param dialled the last place that was dialled, or null for none
   * @param attempts how many were
   */
  private void logUse(@Nullable HostPort dialled, int attempts) {
    if (ruled != null) {
      LegacyUse legacyUse = new LegacyUse(asker.address(), asked, ruled, dialled, attempts);
      if (legacyUse.isLogged()) {
        services.log().legacyUse(legacyUse);
      }
    }
  }

  private void dial(Route route) {
    target = route.first().address();
    client.closeFuture().addListener(this);
    HalfClosedWatch.over(client);
    dial = services.dialer().dial(route, client.eventLoop(), this::receive);
  }

  /** The client is gone while its tunnel is being dialled. */
  @Override
  public void operationComplete(ChannelFuture closed) {
    if (dial != null) {
      RouteProgress progress = dial.progress();
      dial.cancel();
      dial = null;
      count(progress.failures(), progress.tried());
      logUse(progress.hop().address(), progress.tried());
    }
  }

  /** A bug costs this client its connection; the dialer closes the one that it has made. */
  private void receive(RouteResult walk) {
    dial = null;
    client.closeFuture().removeListener(this);
    try {
      dialled(walk);
    } catch (RuntimeException | Error e) {
      client.close();
      throw e;
    }
  }

  private void dialled(RouteResult walk) {
    target = walk.hop().address();
    count(walk.failures(), walk.tried());
    logUse(target, walk.tried());
    switch (walk.result()) {
      case DialResult.Connected connected -> {
        TargetUse targets = targets();
        if (targets != null) {
          targets.connected(walk.hop().target());
        }
        answer(connected.upstream());
      }
      case DialResult.Failed failed ->
          refuse(
              new Refusal(
                  failed.error().status(),
                  failed.error().type(),
                  failed.details(),
                  failed.rcode()));
    }
  }

  /** Where the targets of the rule that decided are counted, or null if none were dialled. */
  private @Nullable TargetUse targets() {
    return use != null && ruled instanceof Decision.Rewrite ? use.targets() : null;
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

  private void answer(Channel upstream) {
    // Before this method returns, Netty may already read from the upstream host.
    upstream.pipeline().addLast(new EarlyBytes());
    asker.welcome(asked, target).addListener(welcomed -> relay(upstream, welcomed.isSuccess()));
  }

  private void relay(Channel upstream, boolean welcomed) {
    if (welcomed) {
      loop.counters().request(asker.kind(), 200);
      services.engine().relay(client, upstream, this::account);
    } else {
      client.close();
      upstream.close();
    }
  }

  /** The engine has counted it. */
  private void account(TunnelStats stats) {
    LOG.debug("tunnel to {} ended: {}", target, stats);
    if (use != null) {
      use.relayed(stats.upstreamBytes(), stats.downstreamBytes());
    }
    asker.ended(stats);
  }

  private void refuse(Refusal refusal) {
    loop.counters().request(asker.kind(), refusal.status());
    loop.counters().requestError(refusal.error());
    services
        .log()
        .refused(asker.address(), asked, refusal.status(), refusal.error(), refusal.details());
    asker.refuse(refusal);
  }
}
