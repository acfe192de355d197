package io.detour.server.serve;

import io.detour.core.relay.EarlyBytes;
import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientLoop;
import io.detour.server.accept.ResetOnClose;
import io.detour.server.account.RequestKind;
import io.detour.server.account.Timing;
import io.detour.server.log.AccessLog;
import io.detour.server.log.Asked;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Where the connections of a rendezvous meet: one that finds nobody from the other side waits, one
 * that finds somebody is joined with who came first. Lives on one event loop, as all its
 * connections do.
 *
 * <p>What a waiting connection sends stays in its socket, or is kept when it also ends its
 * direction; the partner gets it first. One that is reset is gone. One that is never joined,
 * because nobody comes in time, too many wait or the server stops, is reset.
 */
final class WaitingRoom {
  /** More would hold descriptors that nobody asks for. */
  static final int MAX_WAITING = 1024;

  private static final Refusal FULL =
      new Refusal(
          503,
          ProxyErrorType.CONNECTION_LIMIT_REACHED,
          MAX_WAITING + " connections wait for the other side already");
  private static final Refusal LATE =
      new Refusal(
          504,
          ProxyErrorType.CONNECTION_TIMEOUT,
          "nobody came to the other side in time (timeouts.idle)");

  /** Which of the two addresses a connection came to. In the relay, the first is the client. */
  enum Side {
    FIRST,
    SECOND
  }

  private final Services services;
  private final long patienceNanos;

  /** Who waits, all on one side, in order of arrival, with the end of their patience. */
  private final SequencedMap<Channel, Future<?>> waiting = new LinkedHashMap<>();

  /** The side of those who wait; of no meaning when nobody does. */
  private Side waitingSide = Side.FIRST;

  WaitingRoom(Services services, Duration patience) {
    this.services = services;
    this.patienceNanos = patience.toNanos();
  }

  /** Takes the new connections of one side. */
  BiConsumer<Channel, ClientLoop> entrance(Side side) {
    return (connection, loop) -> {
      connection.config().setAutoRead(false);
      connection.pipeline().addLast(new EarlyBytes());
      ResetOnClose.set(connection);
      // Joined only when Netty has finished with the registration that this call is part of.
      connection.eventLoop().execute(() -> arrive(side, connection, loop));
    };
  }

  private void arrive(Side side, Channel connection, ClientLoop loop) {
    if (!connection.isOpen()) {
      return;
    }
    if (loop.isStopping()) {
      connection.close();
    } else if (!waiting.isEmpty() && side != waitingSide) {
      join(side, connection, loop);
    } else if (waiting.size() >= MAX_WAITING) {
      refuse(connection, loop, FULL);
    } else {
      await(side, connection, loop);
    }
  }

  private void await(Side side, Channel connection, ClientLoop loop) {
    waitingSide = side;
    Future<?> end =
        connection
            .eventLoop()
            .schedule(() -> refuse(connection, loop, LATE), patienceNanos, TimeUnit.NANOSECONDS);
    waiting.put(connection, end);
    loop.waits(connection);
    connection.closeFuture().addListener(closed -> leave(connection, loop));
  }

  /** Called again when a connection that was joined is closed, which then finds nothing to do. */
  private void leave(Channel connection, ClientLoop loop) {
    Future<?> end = waiting.remove(connection);
    if (end != null) {
      end.cancel(false);
      loop.waitsNoMore(connection);
    }
  }

  private void join(Side side, Channel late, ClientLoop loop) {
    Channel early = waiting.firstEntry().getKey();
    leave(early, loop);
    ResetOnClose.clear(early);
    ResetOnClose.clear(late);
    loop.counters().request(RequestKind.TCP, 200);
    loop.counters().request(RequestKind.TCP, 200);
    boolean earlyIsFirst = side == Side.SECOND;
    Channel first = earlyIsFirst ? early : late;
    AccessLog log = services.log();
    Asked asked = Asked.unread(log.ids().next(), RequestKind.TCP, ClientAddress.of(first));
    services
        .engine()
        .relay(
            first,
            earlyIsFirst ? late : early,
            stats -> {
              loop.counters().took(Timing.TUNNEL, stats.duration().toNanos());
              log.close(asked, null, null, stats);
            });
  }

  private void refuse(Channel connection, ClientLoop loop, Refusal refusal) {
    loop.counters().refused(RequestKind.TCP, refusal);
    services.log().turnedAway(RequestKind.TCP, ClientAddress.of(connection), refusal);
    connection.close();
  }
}
