package io.detour.server.tunnel;

import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.core.relay.EarlyBytes;
import io.detour.rules.Decision;
import io.detour.rules.NoRoute;
import io.detour.rules.Request;
import io.detour.rules.Route;
import io.detour.rules.Rule;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RuleUse;
import io.detour.server.dial.Dial;
import io.detour.server.dial.DialResult;
import io.detour.server.listen.ClientLoop;
import io.detour.server.listen.HalfClosedWatch;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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

  /** Where the tunnel is dialled: what was asked for, unless a rule says otherwise. */
  private HostPort target;

  /** Where the rule that decided is counted, or null if none did. A reload does not change it. */
  private @Nullable RuleUse use;

  private @Nullable Dial dial;

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
    Decision decision = rules.decide(request());
    Rule rule = decision.rule();
    if (rule != null) {
      use = rules.use(rule);
      use.matched(services.clock().instant().getEpochSecond());
    }
    switch (decision) {
      case Decision.Unmatched _ -> dial();
      case Decision.Unlisted _ -> reject(Decision.Unlisted.MESSAGE);
      case Decision.Pass pass -> {
        logLegacyUse(pass.rule(), null);
        dial();
      }
      case Decision.Report report -> {
        logLegacyUse(report.rule(), null);
        dial();
      }
      case Decision.Rewrite rewrite -> lead(rewrite);
      case Decision.Reject reject -> {
        logLegacyUse(reject.rule(), null);
        reject(reject.message());
      }
      case Decision.Brownout brownout -> {
        logLegacyUse(brownout.rule(), null);
        refuse(
            new Refusal(
                503, ProxyErrorType.DESTINATION_UNAVAILABLE, "this name is off for a while"));
      }
    }
  }

  private Request request() {
    Address client =
        asker.address() instanceof InetSocketAddress socket && !socket.isUnresolved()
            ? Address.of(socket.getAddress())
            : null;
    return new Request(asked, client, null, services.clock().instant().getEpochSecond());
  }

  private void lead(Decision.Rewrite rewrite) {
    switch (rewrite.route(asked)) {
      case Route route -> {
        target = route.first().address();
        logLegacyUse(rewrite.rule(), target);
        dial();
      }
      case NoRoute none -> {
        logLegacyUse(rewrite.rule(), null);
        refuse(new Refusal(502, ProxyErrorType.PROXY_CONFIGURATION_ERROR, none.problem()));
      }
    }
  }

  private void reject(String message) {
    refuse(new Refusal(403, ProxyErrorType.HTTP_REQUEST_DENIED, message));
  }

  private void logLegacyUse(Rule rule, @Nullable HostPort rewrittenTo) {
    Level level =
        switch (rule.log().level()) {
          case OFF -> null;
          case INFO -> Level.INFO;
          case WARN -> Level.WARN;
        };
    if (level != null) {
      services
          .log()
          .legacyUse(
              asker.address(),
              asked,
              rule.name(),
              rule.action().name().toLowerCase(Locale.ROOT),
              rewrittenTo,
              level,
              rule.log().message());
    }
  }

  private void dial() {
    client.closeFuture().addListener(this);
    HalfClosedWatch.over(client);
    dial = services.dialer().dial(target, client.eventLoop(), this::dialled);
  }

  /** The client is gone while its tunnel is being dialled. */
  @Override
  public void operationComplete(ChannelFuture closed) {
    if (dial != null) {
      dial.cancel();
    }
  }

  private void dialled(DialResult result) {
    dial = null;
    client.closeFuture().removeListener(this);
    switch (result) {
      case DialResult.Connected connected -> answer(connected.upstream());
      case DialResult.Failed failed ->
          refuse(
              new Refusal(
                  failed.error().status(),
                  failed.error().type(),
                  failed.details(),
                  failed.rcode()));
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
