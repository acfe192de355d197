package io.detour.server.serve;

import io.detour.core.Address;
import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientEntrance;
import io.detour.server.accept.ClientLoop;
import io.detour.server.account.RequestKind;
import io.detour.server.parse.http.ForwardedHeads;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.parse.http.ParsedRequest;
import io.detour.server.parse.http.RequestHead;
import io.detour.server.parse.http.RequestParser;
import io.detour.server.parse.http.ViaField;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the clients of HTTP listeners come in, and what their connections share. Any thread may
 * make it; clients are admitted on their event loops.
 *
 * @param headLimits how large the head of a request or response may be
 * @param sweeps that of each event loop, once it has had a client
 */
public record HttpEntrance(
    Services services,
    HeadLimits headLimits,
    ClientTimeouts timeouts,
    ForwardedHeads forwardedHeads,
    AutoConfig autoConfig,
    OwnPages ownPages,
    ConcurrentMap<EventLoop, Sweep> sweeps)
    implements ClientEntrance {
  private static final int CUT_SECONDS = 5;

  private static final Refusal LOOP =
      new Refusal(
          502, ProxyErrorType.PROXY_LOOP_DETECTED, "the request has passed this proxy before");

  /**
   * Makes the entrance of a server.
   *
   * @param via names this process in {@code Via}, or null to add no such field
   * @param accepts whether new clients are accepted
   */
  public HttpEntrance(
      Services services,
      HeadLimits headLimits,
      ClientTimeouts timeouts,
      @Nullable ViaField via,
      AutoConfig autoConfig,
      BooleanSupplier accepts) {
    this(
        services,
        headLimits,
        timeouts,
        new ForwardedHeads(via),
        autoConfig,
        new OwnPages(accepts),
        new ConcurrentHashMap<>());
  }

  /** Step 2: what a head asks for, unless it has passed this process before. */
  ParsedRequest parse(RequestHead head) {
    ParsedRequest request = RequestParser.parse(head, services.access().options());
    return forwardedHeads.havePassed(head.fields())
        ? new ParsedRequest.Refused(request.kind(), LOOP)
        : request;
  }

  @Override
  public @Nullable Refusal objection(@Nullable Address client) {
    return services.objection(client);
  }

  @Override
  public void admit(Channel client, ClientLoop loop) {
    client.pipeline().addLast(new ClientConnection(this, loop, client));
  }

  @Override
  public void refuse(Channel client, ClientLoop loop, Refusal refusal) {
    loop.counters().refused(RequestKind.CONNECT, refusal);
    services.log().turnedAway(RequestKind.CONNECT, ClientAddress.of(client), refusal);
    StagedClose.behind(loop, client, Unpooled.wrappedBuffer(refusal.bytes()));
  }

  /** The sweep of an event loop; made for its first client. */
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
   * Cuts the connections on which plain HTTP is being served, because the server stops: what a
   * client has of a response must not look like all of it. Waits, for a bounded time; not on an
   * event loop.
   */
  public void cut() {
    List<Future<?>> cuts = new ArrayList<>();
    sweeps.forEach((loop, sweep) -> cuts.add(loop.submit(sweep::stop)));
    cuts.forEach(cut -> cut.awaitUninterruptibly(CUT_SECONDS, TimeUnit.SECONDS));
  }
}
