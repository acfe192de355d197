package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientLoop;
import io.detour.server.accept.ResetOnClose;
import io.detour.server.access.AccessControl;
import io.detour.server.access.AccessControl.Authentication;
import io.detour.server.account.RequestKind;
import io.detour.server.parse.http.ForwardRequest;
import io.detour.server.parse.http.HeadReader;
import io.detour.server.parse.http.MalformedMessage;
import io.detour.server.parse.http.ParsedRequest;
import io.detour.server.parse.http.Received;
import io.detour.server.parse.http.RequestHead;
import io.detour.server.parse.http.UnreadBytes;
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
final class ClientConnection extends ChannelInboundHandlerAdapter implements Sweep.Swept {
  private static final Logger logger = LoggerFactory.getLogger(ClientConnection.class);

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
  private final HeadReader<RequestHead> heads;
  private final HeadDeadline deadline;
  private final UnreadBytes unread = new UnreadBytes();
  private Phase phase = Phase.HEAD;

  /** Whether {@link #proceed} is running, further down the stack. */
  private boolean proceeding;

  private boolean inputEnded;

  /** Null until a plain HTTP request comes. */
  private @Nullable Exchanges exchanges;

  ClientConnection(HttpEntrance entrance, ClientLoop loop, Channel channel) {
    this.entrance = entrance;
    this.loop = loop;
    this.channel = channel;
    this.sweep = entrance.sweep(channel.eventLoop());
    this.heads = HeadReader.ofRequests(entrance.headLimits());
    this.deadline = new HeadDeadline(entrance.timeouts());
  }

  Channel channel() {
    return channel;
  }

  ClientLoop loop() {
    return loop;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    loop.waits(channel);
    deadline.connected();
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
    } else {
      unread.add(channel.alloc(), bytes);
      proceed();
    }
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
    if (!inputEnded) {
      channel.config().setAutoRead(unread.count() < maxUnreadBytes());
    } else if (phase == Phase.HEAD || (readsContent() && unread.count() == 0)) {
      channel.close(); // What the client had asked for before is answered.
    }
  }

  /**
   * Of requests behind the one that is served, no more is kept than a head may have; but what lies
   * in the UNIX socket of a client that has ended its direction, Netty reads to its end.
   */
  private int maxUnreadBytes() {
    int headBytes = Math.min(Exchanges.MAX_UNREAD_BYTES, entrance.headLimits().headBytes());
    return readsContent() ? Exchanges.MAX_UNREAD_BYTES : headBytes;
  }

  private boolean readsContent() {
    return phase == Phase.EXCHANGE && exchanges != null && exchanges.readsContent();
  }

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
    switch (heads.read(unread.buffer())) {
      case Received.Incomplete() -> {
        if (!begun && heads.begun()) {
          deadline.begun();
        }
        return false;
      }
      case Received.Malformed(MalformedMessage malformed) ->
          refuse(RequestKind.CONNECT, Exchanges.refusal(malformed), Refusal.Form.TEXT);
      case Received.Complete(RequestHead head) -> received(head);
    }
    return true;
  }

  private void received(RequestHead head) {
    deadline.complete();
    loop.waitsNoMore(channel);
    ParsedRequest request = entrance.parse(head);
    if (request instanceof ParsedRequest.Refused(RequestKind kind, Refusal refusal)) {
      refuse(kind, refusal, Exchanges.form(head));
      return;
    }
    if (request instanceof ParsedRequest.Own own) {
      closeBehind(entrance.ownPages().answer(own)); // for everybody: load balancers have no user
      return;
    }
    phase = Phase.LOOKUP;
    AccessControl access = entrance.services().access();
    access.authenticate(
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
          refuse(request.kind(), refusal, Exchanges.form(head));
      case Authentication.Known(String user) -> {
        handOn(request, Client.Http.of(loop, channel, request.kind(), user, head));
        proceed();
      }
    }
  }

  private void handOn(ParsedRequest request, Client.Http client) {
    switch (request) {
      case ParsedRequest.Connect(HostPort target) -> {
        channel.config().setAutoRead(false);
        phase = Phase.OVER;
        client.takeOver(this, unread.take(), inputEnded);
        Tunnel.start(entrance.services(), loop, client, target);
      }
      case ForwardRequest forward -> {
        if (exchanges == null) {
          exchanges = new Exchanges(entrance, this);
        }
        phase = Phase.EXCHANGE;
        exchanges.serve(client, forward);
      }
      case ParsedRequest.AutoConfig autoConfig -> entrance.autoConfig().answer(autoConfig, this);
      case ParsedRequest.Own _, ParsedRequest.Refused _ ->
          throw new IllegalStateException("answered before");
    }
  }

  /** The plain HTTP request has been answered, and another one may come. */
  void nextHead() {
    if (phase == Phase.EXCHANGE) {
      phase = Phase.HEAD;
      deadline.next();
      loop.waits(channel);
      proceed();
    }
  }

  /** Writes the last answer, or the rest of it, and closes the connection when it has been read. */
  void closeBehind(ByteBuf answer) {
    phase = Phase.OVER;
    StagedClose.behind(loop, channel, answer);
  }

  boolean isOver() {
    return phase == Phase.OVER;
  }

  /** Cuts the connection, so that the client does not take what it has got for the whole. */
  void cut() {
    phase = Phase.OVER;
    ResetOnClose.reset(channel);
  }

  void refuse(RequestKind kind, Refusal refusal, Refusal.Form form) {
    loop.counters().refused(kind, refusal);
    entrance.services().log().turnedAway(kind, ClientAddress.of(channel), refusal);
    closeBehind(Unpooled.wrappedBuffer(refusal.bytes(form, false)));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && phase != Phase.OVER) {
      inputEnded = true;
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
    switch (deadline.verdict(heads.begun(), nanoTime)) {
      case WAIT -> {}
      case LATE -> refuse(RequestKind.CONNECT, HeadDeadline.LATE, Refusal.Form.TEXT);
      case IDLE -> channel.close();
      case SILENT -> {
        loop.counters().silentClient();
        channel.close();
      }
    }
  }

  @Override
  public void stopped() {
    if (phase == Phase.EXCHANGE) {
      cut();
    }
  }

  @Override
  public void failed(Throwable bug) {
    logger.error("a client's connection is closed because of a bug", bug);
    cut();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException || cause.getCause() instanceof IOException) {
      context.close();
    } else {
      failed(cause);
    }
  }
}
