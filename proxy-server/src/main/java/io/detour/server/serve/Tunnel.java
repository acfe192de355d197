package io.detour.server.serve;

import io.detour.core.Direction;
import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.core.relay.EarlyBytes;
import io.detour.core.relay.OpenTunnel;
import io.detour.core.relay.RelayListener;
import io.detour.rules.Route;
import io.detour.server.accept.ClientLoop;
import io.detour.server.accept.HalfClosedWatch;
import io.detour.server.account.RequestKind;
import io.detour.server.account.Timing;
import io.detour.server.log.AccessLog.TunnelProgress;
import io.detour.server.log.AccessLog.Volume;
import io.detour.server.log.RequestEnd;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that asked for a tunnel. A method for each step, in the order in which they happen:
 * {@link #decide}, {@link #dial}, {@link #answer}, {@link #relay}, {@link #account}; a step can end
 * in {@link #refuse}. How the client is spoken to, its {@link TunnelClient} knows. Lives on the
 * client's event loop.
 */
public final class Tunnel implements Call.Arrival, RelayListener {
  private static final Logger logger = LoggerFactory.getLogger(Tunnel.class);

  private static final int OK = 200;

  private final TunnelServices services;
  private final ClientLoop loop;
  private final TunnelClient asker;
  private final Channel client;
  private final Call passage;

  private Tunnel(TunnelServices services, ClientLoop loop, TunnelClient asker, HostPort asked) {
    this.services = services;
    this.loop = loop;
    this.asker = asker;
    this.client = asker.channel();
    this.passage = new Call(services.passages(), loop.counters(), asker, asked);
  }

  /**
   * Takes a client from what it asked for to the relay. On the client's event loop.
   *
   * @param services what every tunnel works with
   * @param loop the client's event loop
   * @param asker the client
   * @param asked where to
   */
  public static void start(
      TunnelServices services, ClientLoop loop, TunnelClient asker, HostPort asked) {
    new Tunnel(services, loop, asker, asked).decide();
  }

  private void decide() {
    passage.decide(this::dial, this::refuse);
  }

  private void dial(Route route) {
    HalfClosedWatch.over(client);
    passage.dial(route, this);
  }

  @Override
  public void connected(Channel upstream) {
    answer(upstream);
  }

  @Override
  public void refused(Refusal refusal) {
    refuse(refusal);
  }

  private void answer(Channel upstream) {
    // Before this method returns, Netty may already read from the upstream host.
    upstream.pipeline().addLast(new EarlyBytes());
    passage.report(RequestEnd.served(OK), null);
    asker
        .welcome(passage.asked(), passage.target())
        .addListener(welcomed -> relay(upstream, welcomed.isSuccess()));
  }

  private void relay(Channel upstream, boolean welcomed) {
    if (welcomed) {
      loop.counters().request(asker.kind(), OK);
      services.engine().relay(client, upstream, this);
    } else {
      client.close();
      upstream.close();
    }
  }

  @Override
  public void ended(TunnelStats stats) {
    account(stats);
  }

  /** The engine has counted it. */
  private void account(TunnelStats stats) {
    logger.debug("tunnel to {} ended: {}", passage.target(), stats);
    loop.counters().took(Timing.TUNNEL, stats.duration().toNanos());
    if (asker.kind() == RequestKind.CONNECT && TlsRefusal.isSuspected(stats)) {
      passage.suspectTlsRefusal();
    }
    passage.ended(stats);
    asker.ended(stats);
  }

  /** The number of its request. */
  long id() {
    return passage.id();
  }

  /** What it has done so far. */
  TunnelProgress progress(OpenTunnel open, Instant now) {
    Duration age = open.age();
    return new TunnelProgress(
        passage.request(),
        passage.rule(),
        passage.target(),
        open.path(),
        now.minus(age),
        new Volume(
            open.deliveredBytes(Direction.UPSTREAM),
            open.deliveredBytes(Direction.DOWNSTREAM),
            age));
  }

  /** Tells the ledger that it goes on. */
  void accountSoFar(OpenTunnel open) {
    passage.relayedSoFar(
        open.deliveredBytes(Direction.UPSTREAM), open.deliveredBytes(Direction.DOWNSTREAM));
  }

  private void refuse(Refusal refusal) {
    loop.counters().refused(asker.kind(), refusal);
    passage.report(RequestEnd.of(refusal), null);
    asker.refuse(refusal);
  }
}
