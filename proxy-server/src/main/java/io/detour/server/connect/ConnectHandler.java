package io.detour.server.connect;

import io.detour.core.HostPort;
import io.detour.core.relay.EarlyBytes;
import io.detour.server.listen.ClientAddress;
import io.detour.server.listen.ClientLoop;
import io.detour.server.observe.AccessLog;
import io.detour.server.observe.RequestKind;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the head of a client's request, and hands the connection on with it: to a tunnel, or to
 * the answer that refuses it. Belongs to the client's event loop.
 */
public final class ConnectHandler extends ChannelInboundHandlerAdapter {
  /** What becomes of a client that asked for a tunnel. */
  public interface TunnelStart {
    /**
     * The head was read. The channel reads no more by itself; what it still reads is kept in {@link
     * EarlyBytes}, its only handler.
     *
     * @param client the client's connection
     * @param asked where to
     */
    void start(Channel client, HostPort asked);
  }

  private final ClientLoop loop;
  private final AccessLog log;
  private final Duration headTimeout;
  private final TunnelStart tunnels;
  private @Nullable Future<?> deadline;

  /**
   * @param loop the client's event loop
   * @param log told about each refusal
   * @param headTimeout for the whole head, from the moment the client is accepted
   * @param tunnels takes the clients that ask for one
   */
  public ConnectHandler(ClientLoop loop, AccessLog log, Duration headTimeout, TunnelStart tunnels) {
    this.loop = loop;
    this.log = log;
    this.headTimeout = headTimeout;
    this.tunnels = tunnels;
  }

  /** Puts the decoder and this handler into a new client's pipeline. */
  public void install(Channel client) {
    client.pipeline().addLast(new HeadCheck(), RequestParser.newDecoder(), this);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    loop.waits(context.channel());
    deadline =
        context
            .executor()
            .schedule(
                () -> timeOut(context.channel()), headTimeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    loop.waitsNoMore(context.channel());
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof HttpRequest request)) {
      ReferenceCountUtil.release(message);
      return;
    }
    Channel client = context.channel();
    if (!client.isActive()) {
      return; // The decoder gives what a vanished client had sent as a malformed head.
    }
    switch (RequestParser.parse(request)) {
      case ParsedRequest.Connect connect -> {
        leave(client);
        tunnels.start(client, connect.target());
      }
      case ParsedRequest.Refused refused -> {
        boolean head = request.method().equals(HttpMethod.HEAD);
        refuse(client, refused.kind(), refused.refusal(), !head);
      }
    }
  }

  /**
   * Takes the decoder out, at once: it would go on to parse the tunnel's bytes as HTTP. What it has
   * read behind the head it hands on to the collector.
   */
  private static void leave(Channel client) {
    client.config().setAutoRead(false);
    ChannelPipeline pipeline = client.pipeline();
    pipeline.addLast(new EarlyBytes());
    pipeline.remove(HeadCheck.class);
    pipeline.remove(ConnectHandler.class);
    pipeline.remove(HttpRequestDecoder.class);
  }

  private void timeOut(Channel client) {
    refuse(
        client,
        RequestKind.CONNECT,
        new Refusal(
            408, ProxyErrorType.HTTP_REQUEST_ERROR, "the request head did not come in time"),
        true);
  }

  private void refuse(Channel client, RequestKind kind, Refusal refusal, boolean withContent) {
    loop.counters().request(kind, refusal.status());
    loop.counters().requestError(refusal.error());
    log.refused(
        ClientAddress.of(client), null, refusal.status(), refusal.error(), refusal.details());
    StagedClose.with(loop, client, refusal, withContent);
  }

  /**
   * A client that ends its direction before it has sent a head wants nothing; one whose head is
   * malformed is told so.
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      context.close();
    } else if (event instanceof HeadCheck.Malformed malformed) {
      refuse(
          context.channel(),
          RequestKind.CONNECT,
          new Refusal(400, ProxyErrorType.HTTP_REQUEST_ERROR, malformed.problem()),
          true);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
