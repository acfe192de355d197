package io.detour.server.serve;

import io.detour.core.Direction;
import io.detour.core.HostPort;
import io.detour.core.TunnelStats;
import io.detour.core.relay.EarlyBytes;
import io.detour.core.relay.OpenTunnel;
import io.detour.core.relay.RelayListener;
import io.detour.rules.Route;
import io.detour.server.accept.ClientLoop;
import io.detour.server.account.RequestKind;
import io.detour.server.account.Timing;
import io.detour.server.dial.DialResult;
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
 * in {@link #refuse}. Lives on the client's event loop.
 */
public final class Tunnel implements Call.Steps, RelayListener {
  private static final Logger logger = LoggerFactory.getLogger(Tunnel.class);

  private static final int OK = 200;

  private final Services services;
  private final Client client;
  private final Call call;

  private Tunnel(Services services, ClientLoop loop, Client client, HostPort asked) {
    this.services = services;
    this.client = client;
    this.call = new Call(services, loop.counters(), client, asked);
  }

  /** Takes a client from what it asked for to the relay. On the client's event loop. */
  public static void start(Services services, ClientLoop loop, Client client, HostPort asked) {
    new Tunnel(services, loop, client, asked).decide();
  }

  /** Step 3. */
  private void decide() {
    call.decide(this);
  }

  /** Step 4. The target of a plain TCP listener is the operator's word: it needs no vetting. */
  @Override
  public void dial(Route route) {
    call.dial(client.kind() == RequestKind.TCP ? route.trustingAsked() : route, this);
  }

  /** Step 5, first half. Bytes that came right behind a parent's answer follow. */
  @Override
  public void answer(DialResult.Connected connected) {
    Channel upstream = connected.upstream();
    upstream.pipeline().addLast(new EarlyBytes());
    call.report(RequestEnd.served(OK), null);
    client
        .welcome(call.asked(), call.target())
        .addListener(welcomed -> relay(upstream, welcomed.isSuccess()));
  }

  /** Step 5, second half. */
  private void relay(Channel upstream, boolean welcomed) {
    if (welcomed) {
      call.counters().request(client.kind(), OK);
      services.engine().relay(client.channel(), upstream, this);
    } else {
      client.channel().close();
      upstream.close();
    }
  }

  @Override
  public void ended(TunnelStats stats) {
    account(stats);
  }

  /** Step 6. The engine has counted it. */
  private void account(TunnelStats stats) {
    logger.debug("tunnel to {} ended: {}", call.target(), stats);
    call.counters().took(Timing.TUNNEL, stats.duration().toNanos());
    if (client.kind() == RequestKind.CONNECT && TlsRefusal.isSuspected(stats)) {
      call.suspectTlsRefusal();
    }
    call.relayed(stats.upstreamBytes(), stats.downstreamBytes());
    call.reportClose(stats);
    client.ended(stats);
  }

  /** Tells the ledger that it goes on. */
  void accountSoFar(OpenTunnel open) {
    call.keep(open.deliveredBytes(Direction.UPSTREAM), open.deliveredBytes(Direction.DOWNSTREAM));
  }

  @Override
  public void refuse(Refusal refusal) {
    call.counters().refused(client.kind(), refusal);
    call.report(RequestEnd.of(refusal), null);
    client.refuse(refusal);
  }

  /** The number of its request. */
  long id() {
    return call.id();
  }

  /** What it has done so far. */
  TunnelProgress progress(OpenTunnel open, Instant now) {
    Duration age = open.age();
    return new TunnelProgress(
        call.request(),
        call.rule(),
        call.target(),
        open.path(),
        now.minus(age),
        new Volume(
            open.deliveredBytes(Direction.UPSTREAM),
            open.deliveredBytes(Direction.DOWNSTREAM),
            age));
  }
}
