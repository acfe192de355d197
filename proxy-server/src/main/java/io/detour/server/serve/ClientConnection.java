package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.core.relay.EarlyBytes;
import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientLoop;
import io.detour.server.accept.HalfClosedWatch;
import io.detour.server.accept.ResetOnClose;
import io.detour.server.access.Authentication;
import io.detour.server.account.RequestKind;
import io.detour.server.parse.http.ForwardRequest;
import io.detour.server.parse.http.Incomplete;
import io.detour.server.parse.http.MalformedMessage;
import io.detour.server.parse.http.ParsedRequest;
import io.detour.server.parse.http.ParsedRequestHead;
import io.detour.server.parse.http.RequestHead;
import io.detour.server.parse.http.RequestHeadReader;
import io.detour.server.parse.http.RequestParser;
import io.detour.server.parse.http.UnreadBytes;
import io.detour.server.parse.http.ViaField;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: reads request heads one after another (step 2 of the path), finds out
 * who the client is, and hands each on: to a {@link Tunnel}, which takes the connection over, or to
 * plain HTTP ({@link Exchanges}), whose next request waits until it has been answered. Belongs to
 * the client's event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter
    implements Call.Client, Sweep.Swept {
  private static final Logger logger = LoggerFactory.getLogger(ClientConnection.class);

  private static final Refusal LATE_HEAD =
      new Refusal(408, ProxyErrorType.HTTP_REQUEST_ERROR, "the request head did not come in time");
  private static final Refusal LOOP =
      new Refusal(
          502, ProxyErrorType.PROXY_LOOP_DETECTED, "the request has passed this proxy before");

  /** What is read of content while nobody takes it; then reading stops, and the client waits. */
  private static final int MAX_CONTENT_BYTES = 64 << 10;

  /** What the connection waits for. */
  private enum Phase {
    /** The next head: its first byte, or its end. */
    HEAD,
    /** Who the client is, or the PAC file that it has asked for. */
    LOOKUP,
    /** A plain HTTP request: the rest of its content, or that it is answered. */
    EXCHANGE,
    /** Nothing: the connection has another owner, or is closed. */
    OVER
  }

  private final HttpEntrance entrance;
  private final ClientLoop loop;
  private final Sweep sweep;
  private final Channel channel;
  private final RequestHeadReader heads;
  private final Sweep.Patience headPatience;
  private final Sweep.Patience idlePatience;
  private final UnreadBytes unread = new UnreadBytes();

  private Phase phase = Phase.HEAD;

  /** Whether {@link #proceed} is running, further down the stack. */
  private boolean proceeding;

  /** Whether no head has been complete yet. */
  private boolean first = true;

  private boolean inputEnded;

  // Of the last request.
  private @Nullable String user;
  private @Nullable String via;
  private @Nullable String userAgent;

  /** Null until a plain HTTP request comes. */
  private @Nullable Exchanges exchanges;

  ClientConnection(HttpEntrance entrance, ClientLoop loop, Channel channel) {
    this.entrance = entrance;
    this.loop = loop;
    this.channel = channel;
    this.sweep = entrance.sweep(channel.eventLoop());
    this.heads = new RequestHeadReader(entrance.headLimits());
    this.headPatience = new Sweep.Patience(entrance.timeouts().head());
    this.idlePatience = new Sweep.Patience(entrance.timeouts().idle());
  }

  @Override
  public Channel channel() {
    return channel;
  }

  /** Of plain HTTP: one that wants a tunnel becomes a {@link TunnelClient}. */
  @Override
  public RequestKind kind() {
    return RequestKind.FORWARD;
  }

  @Override
  public @Nullable String user() {
    return user;
  }

  @Override
  public @Nullable String via() {
    return via;
  }

  @Override
  public @Nullable String userAgent() {
    return userAgent;
  }

  ClientLoop loop() {
    return loop;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    loop.waits(channel);
    headPatience.renewNow();
    sweep.add(this);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    over();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    over();
    context.fireChannelInactive();
  }

  private void over() {
    phase = Phase.OVER;
    loop.waitsNoMore(channel);
    sweep.remove(this);
    unread.release();
    Exchanges ended = exchanges;
    exchanges = null;
    if (ended != null) {
      ended.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (phase == Phase.OVER) {
      bytes.release();
      return;
    }
    unread.add(channel.alloc(), bytes);
    proceed();
  }

  /** Goes on with what was read, after somebody who was blocked is so no more. */
  void proceed() {
    if (!proceeding) {
      attempt(this::takeSteps);
    }
  }

  /** Does what may fail by a bug, which then costs this client its connection and nobody more. */
  void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void takeSteps() {
    proceeding = true;
    try {
      while (step()) {}
    } finally {
      proceeding = false;
    }
    if (phase == Phase.OVER) {
      return;
    }
    unread.trim();
    if (inputEnded) {
      endOfInput();
    } else {
      channel.config().setAutoRead(unread.count() < mostUnreadBytes());
    }
  }

  /**
   * Of requests behind the one that is served, no more is kept than a head may have; but what lies
   * in the socket of a client that has ended its direction, Netty reads to its end.
   */
  private int mostUnreadBytes() {
    return readsContent()
        ? MAX_CONTENT_BYTES
        : Math.min(MAX_CONTENT_BYTES, entrance.headLimits().headBytes());
  }

  private boolean readsContent() {
    return phase == Phase.EXCHANGE && exchanges != null && exchanges.readsContent();
  }

  /** Whether there may be more to do. */
  private boolean step() {
    return switch (phase) {
      case HEAD -> readHead();
      case EXCHANGE -> exchanges != null && exchanges.readContent(unread.buffer());
      case LOOKUP, OVER -> false;
    };
  }

  private boolean readHead() {
    if (unread.count() == 0) {
      return false;
    }
    boolean begun = heads.begun();
    ParsedRequestHead parsed = heads.read(unread.buffer());
    switch (parsed) {
      case Incomplete _ -> {
        if (!begun && !first) {
          headPatience.renewNow();
        }
        return false;
      }
      case MalformedMessage malformed ->
          refuse(RequestKind.CONNECT, Exchanges.refusal(malformed), true);
      case RequestHead head -> received(head);
    }
    return true;
  }

  private void received(RequestHead head) {
    first = false;
    loop.waitsNoMore(channel);
    ParsedRequest request =
        RequestParser.parse(head, entrance.services().access().options().strictHost());
    if (entrance.via().isIn(head.fields())) {
      refuse(request.kind(), LOOP, Exchanges.wantsContent(head));
    } else if (request instanceof ParsedRequest.Refused(RequestKind kind, Refusal refusal)) {
      refuse(kind, refusal, Exchanges.wantsContent(head));
    } else {
      via = ViaField.received(head.fields());
      userAgent = head.fields().first("User-Agent");
      authenticate(head, request);
    }
  }

  private void authenticate(RequestHead head, ParsedRequest request) {
    phase = Phase.LOOKUP;
    entrance
        .services()
        .access()
        .authenticate(
            head.fields().first("Proxy-Authorization"),
            ClientAddress.ip(channel),
            channel.eventLoop(),
            authentication -> attempt(() -> authenticated(head, request, authentication)));
  }

  private void authenticated(
      RequestHead head, ParsedRequest request, Authentication authentication) {
    if (phase == Phase.OVER) {
      return;
    }
    switch (authentication) {
      case Authentication.Refused(Refusal refusal) ->
          refuse(request.kind(), refusal, Exchanges.wantsContent(head));
      case Authentication.Known(String name) -> {
        user = name;
        handOn(request);
        proceed();
      }
    }
  }

  private void handOn(ParsedRequest request) {
    switch (request) {
      case ParsedRequest.Connect connect -> tunnel(connect.target());
      case ForwardRequest forward -> serve(forward);
      case ParsedRequest.AutoConfig autoConfig -> configure(autoConfig);
      case ParsedRequest.Refused _ -> throw new IllegalStateException("refused before");
    }
  }

  /**
   * Leaves the pipeline, at once: what follows is the tunnel's. What was read behind the head is
   * handed on to the collector.
   */
  private void tunnel(HostPort target) {
    channel.config().setAutoRead(false);
    phase = Phase.OVER;
    ByteBuf behind = unread.take();
    channel.pipeline().addLast(new EarlyBytes());
    ChannelHandlerContext context = channel.pipeline().context(this);
    if (behind.isReadable()) {
      context.fireChannelRead(behind);
    } else {
      behind.release();
    }
    if (inputEnded) {
      context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    channel.pipeline().remove(this);
    TunnelClient client = new TunnelClient.Http(loop, channel, user, via, userAgent);
    Tunnel.start(entrance.services(), loop, client, target);
  }

  private void serve(ForwardRequest request) {
    if (exchanges == null) {
      exchanges = new Exchanges(entrance, this);
    }
    phase = Phase.EXCHANGE;
    exchanges.serve(request);
  }

  /** A browser asks when it is to use the proxy. Behind the answer the connection is closed. */
  private void configure(ParsedRequest.AutoConfig request) {
    entrance
        .autoConfig()
        .reply(request.host())
        .whenCompleteAsync(
            (reply, bug) -> {
              if (bug == null) {
                attempt(() -> configured(reply, request.withContent()));
              } else {
                failed(bug);
              }
            },
            channel.eventLoop());
  }

  private void configured(AutoConfig.Reply reply, boolean withContent) {
    if (phase == Phase.OVER) {
      return;
    }
    switch (reply) {
      case AutoConfig.Found found -> {
        loop.counters().request(RequestKind.FORWARD, 200);
        closeBehind(Unpooled.wrappedBuffer(found.response(withContent)));
      }
      case AutoConfig.Missing(Refusal refusal) -> refuse(RequestKind.FORWARD, refusal, withContent);
    }
  }

  /** The plain HTTP request has been answered, and another one may come. */
  void nextHead() {
    if (phase == Phase.EXCHANGE) {
      phase = Phase.HEAD;
      idlePatience.renew();
      loop.waits(channel);
      proceed();
    }
  }

  /** Writes the last answer, or the rest of it, and closes the connection when it has been read. */
  void closeBehind(ByteBuf answer) {
    phase = Phase.OVER;
    StagedClose.behind(loop, channel, answer);
  }

  /** Cuts the connection, so that the client does not take what it has got for the whole. */
  void cut() {
    phase = Phase.OVER;
    ResetOnClose.reset(channel);
  }

  /** Refuses a request that is not served. */
  private void refuse(RequestKind kind, Refusal refusal, boolean withContent) {
    loop.counters().refused(kind, refusal);
    entrance.services().log().turnedAway(kind, address(), refusal);
    closeBehind(Unpooled.wrappedBuffer(withContent ? refusal.bytes() : refusal.head()));
  }

  /** The client has ended its direction: what it has asked for by then is still answered. */
  private void endOfInput() {
    if (phase == Phase.HEAD || (readsContent() && unread.count() == 0)) {
      channel.close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && phase != Phase.OVER) {
      inputEnded = true;
      HalfClosedWatch.over(channel);
      proceed();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (exchanges != null) {
      exchanges.writabilityChanged();
    }
  }

  @Override
  public void sweep(long nanoTime) {
    if (phase == Phase.HEAD) {
      sweepHead(nanoTime);
    } else if (phase == Phase.EXCHANGE && exchanges != null) {
      exchanges.sweep(nanoTime);
    }
  }

  private void sweepHead(long nanoTime) {
    if (first || heads.begun()) {
      if (headPatience.isOver(nanoTime)) {
        refuse(RequestKind.CONNECT, LATE_HEAD, true);
      }
    } else if (idlePatience.isOver(nanoTime)) {
      channel.close();
    }
  }

  @Override
  public void stopped() {
    if (phase == Phase.EXCHANGE) {
      cut();
    }
  }

  /** A bug: nothing more is done for this client. */
  @Override
  public void failed(Throwable bug) {
    logger.error("a client's connection is closed because of a bug", bug);
    cut();
  }

  /** A reset, or a bug. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException || cause.getCause() instanceof IOException) {
      context.close();
    } else {
      failed(cause);
    }
  }
}
