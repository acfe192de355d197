package io.detour.server.accept;

import io.detour.core.Address;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.accept.ProxyHeader.ProxyHeaderReader;
import io.detour.server.account.ClientLimit;
import io.detour.server.account.ListenerCounts;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Leads each new client of a listener to its entrance: reads its PROXY header, if there is to be
 * one, puts TLS in front, and takes a slot for it. On the client's event loop.
 */
@Sharable
final class NewClient extends ChannelInitializer<Channel> {
  /** When the client of one address, or another one, may find a slot is anybody's guess. */
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final ListenerOptions listener;
  private final ListenerCounts counts;
  private final @Nullable ListenerTls tls;
  private final Duration headerTimeout;
  private final ClientSlots slots;
  private final Function<Channel, @Nullable ClientLoop> loops;
  private final ClientEntrance entrance;

  /**
   * @param headerTimeout for the PROXY header
   * @param slots of all listeners
   * @param loops takes a client in: the one of its event loop, or null if none is wanted any more
   */
  NewClient(
      ListenerOptions listener,
      ListenerCounts counts,
      @Nullable ListenerTls tls,
      Duration headerTimeout,
      ClientSlots slots,
      Function<Channel, @Nullable ClientLoop> loops,
      ClientEntrance entrance) {
    this.listener = listener;
    this.counts = counts;
    this.tls = tls;
    this.headerTimeout = headerTimeout;
    this.slots = slots;
    this.loops = loops;
    this.entrance = entrance;
  }

  @Override
  protected void initChannel(Channel client) {
    ClientLoop loop = loops.apply(client);
    if (loop == null) {
      client.close();
      return;
    }
    counts.accepted();
    client.closeFuture().addListener(closed -> counts.closed());
    ClientAddress.accepted(client, listener.address());
    if (listener.proxyProtocol() == ProxyProtocol.OFF) {
      enter(client, loop, false);
    } else {
      awaitHeader(client, loop);
    }
  }

  /** Who has not said who it is takes a slot all the same: silent connections are no others. */
  private void awaitHeader(Channel client, ClientLoop loop) {
    ClientLimit full = slots.takeInAll();
    if (full != null) {
      loop.counters().rejected(full);
      client.close(); // An answer in front of the header would be no answer to this peer.
      return;
    }
    client.closeFuture().addListener(closed -> slots.releaseInAll());
    client
        .pipeline()
        .addLast(
            new ProxyHeaderReader(
                listener.proxyProtocol(), headerTimeout, loop, () -> enter(client, loop, true)));
  }

  /**
   * Lets a client in, now that as much is known of it as ever will be.
   *
   * @param counted whether it counts among all already
   */
  private void enter(Channel client, ClientLoop loop, boolean counted) {
    SslHandler handshake = tls == null ? null : tls.newHandler(client.alloc());
    if (handshake != null) {
      client.pipeline().addLast(handshake);
    }
    Address address = ClientAddress.ip(client);
    Refusal objection = isAdmittedByFile() ? null : entrance.objection(address);
    if (objection != null) {
      reject(client, loop, objection);
      return;
    }
    ClientLimit full = counted ? slots.takeOfClient(address) : slots.take(address);
    if (full != null) {
      loop.counters().rejected(full);
      reject(client, loop, refusal(full));
      return;
    }
    client
        .closeFuture()
        .addListener(
            closed -> {
              if (counted) {
                slots.releaseOfClient(address);
              } else {
                slots.release(address);
              }
            });
    if (handshake != null) { // who is refused ends nobody's handshake
      loop.handshakeBegins(client, handshake.handshakeFuture());
    }
    entrance.admit(client, loop);
  }

  /** Whoever can open the file of the UNIX socket may come in, unless it speaks for others. */
  private boolean isAdmittedByFile() {
    return listener.address() instanceof ListenAddress.Unix
        && listener.proxyProtocol() == ProxyProtocol.OFF;
  }

  private void reject(Channel client, ClientLoop loop, Refusal refusal) {
    if (!slots.refusalBegins()) {
      client.close();
      return;
    }
    client.closeFuture().addListener(closed -> slots.refusalEnds());
    client.pipeline().addLast(new Unheard());
    // Not now: Netty, or the reader of the PROXY header, has not finished with the pipeline.
    client.eventLoop().execute(() -> entrance.refuse(client, loop, refusal));
  }

  private static Refusal refusal(ClientLimit full) {
    ProxyErrorType error = ProxyErrorType.CONNECTION_LIMIT_REACHED;
    Refusal refusal =
        switch (full) {
          case TUNNELS ->
              new Refusal(503, error, "as many clients as may be are connected (limits.tunnels)");
          case TUNNELS_PER_CLIENT ->
              new Refusal(
                  429,
                  error,
                  "as many connections as one client may have are open"
                      + " (limits.tunnels_per_client)");
          case HANDSHAKES -> new Refusal(503, error, "too many TLS handshakes are under way");
        };
    return refusal.retriedAfter(RETRY_AFTER);
  }

  /** Takes what still comes from a client that is about to be refused. */
  private static final class Unheard extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
