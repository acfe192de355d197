package io.detour.server.serve;

import io.detour.core.Address;
import io.detour.core.HostPort;
import io.detour.core.relay.EarlyBytes;
import io.detour.server.accept.ClientAddress;
import io.detour.server.accept.ClientLoop;
import io.detour.server.accept.HalfClosedWatch;
import io.detour.server.accept.ResetOnClose;
import io.detour.server.access.AccessControl.Authentication;
import io.detour.server.account.RequestKind;
import io.detour.server.parse.http.ContentProgress;
import io.detour.server.parse.http.EndOfContent;
import io.detour.server.parse.http.FieldLines;
import io.detour.server.parse.http.ForwardRequest;
import io.detour.server.parse.http.Incomplete;
import io.detour.server.parse.http.MalformedMessage;
import io.detour.server.parse.http.ParsedRequest;
import io.detour.server.parse.http.ParsedRequestHead;
import io.detour.server.parse.http.RequestHead;
import io.detour.server.parse.http.RequestHeadReader;
import io.detour.server.parse.http.RequestParser;
import io.detour.server.parse.http.UnreadBytes;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: reads request heads one after another, sees that the client may ask, and
 * hands each on: to a tunnel, which takes the connection over, or to plain HTTP, whose content is
 * read here and whose next request waits until it has been answered. Belongs to the client's event
 * loop.
 */
public final class ClientConnection extends ChannelInboundHandlerAdapter implements Sweep.Swept {
  private static final Logger logger = LoggerFactory.getLogger(ClientConnection.class);

  private static final String HEAD_METHOD = "HEAD";
  private static final int OK = 200;

  private static final Refusal LATE_HEAD =
      new Refusal(408, ProxyErrorType.HTTP_REQUEST_ERROR, "the request head did not come in time");
  private static final Refusal LATE_CONTENT =
      new Refusal(
          408, ProxyErrorType.HTTP_REQUEST_ERROR, "the request's content did not come in time");
  private static final Refusal LOOP =
      new Refusal(
          502, ProxyErrorType.PROXY_LOOP_DETECTED, "the request has passed this proxy before");

  /** What is read of content while nobody takes it; then reading stops, and the client waits. */
  private static final int MAX_CONTENT_BYTES = 64 << 10;

  /** What the connection waits for. */
  private enum Phase {
    /** The next head: its first byte, or its end. */
    HEAD,
    /** That somebody says who the client is. */
    AUTHENTICATION,
    /** The file that tells a browser when to use the proxy. */
    AUTO_CONFIG,
    /** The rest of the request's content. */
    CONTENT,
    /** That the request is answered. */
    ANSWER,
    /** Nothing: the connection has another owner, or is closed. */
    OVER
  }

  private final ClientServices services;
  private final ClientLoop loop;
  private final Sweep sweep;
  private final Channel channel;
  private final RequestHeadReader heads;
  private final Patience headPatience;
  private final Patience idlePatience;
  private final OwnAnswers answers;

  private final UnreadBytes unread = new UnreadBytes();

  private Phase phase = Phase.HEAD;

  /** Whether {@link #proceed} is running, further down the stack. */
  private boolean proceeding;

  /** Whether no head has been complete yet. */
  private boolean first = true;

  private boolean inputEnded;
  private @Nullable String user;
  private @Nullable String via;
  private @Nullable String userAgent;
  private @Nullable PlainHttp plainHttp;
  private @Nullable ServedRequest served;
  private @Nullable ForwardRequest request;
  private @Nullable RequestContent content;

  /**
   * @param services what every client connection works with
   * @param loop the client's event loop
   * @param channel the client's connection
   */
  public ClientConnection(ClientServices services, ClientLoop loop, Channel channel) {
    this.services = services;
    this.loop = loop;
    this.channel = channel;
    this.sweep = services.sweep(channel.eventLoop());
    this.heads = new RequestHeadReader(services.headLimits());
    ClientTimeouts timeouts = services.timeouts();
    this.headPatience = new Patience(timeouts.head());
    this.idlePatience = new Patience(timeouts.idle());
    this.answers = new OwnAnswers(services, loop, channel);
  }

  /** The client's connection. */
  public Channel channel() {
    return channel;
  }

  /** The client's event loop. */
  public ClientLoop loop() {
    return loop;
  }

  /** Who the client is. */
  public SocketAddress address() {
    return ClientAddress.of(channel);
  }

  /** The name under which the client has been authenticated for its last request, or null. */
  public @Nullable String user() {
    return user;
  }

  /** The value of {@code Via} of its last request, or null. */
  public @Nullable String via() {
    return via;
  }

  /** The value of {@code User-Agent} of its last request, or null. */
  public @Nullable String userAgent() {
    return userAgent;
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
    PlainHttp ended = plainHttp;
    plainHttp = null;
    if (ended != null) {
      ended.close();
    }
    ServedRequest left = served;
    served = null;
    if (left != null) {
      left.abandoned();
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
  public void proceed() {
    if (!proceeding) {
      attempt(this::takeSteps);
    }
  }

  /** Does what may fail by a bug, which then costs this client its connection and nobody more. */
  public void attempt(Runnable work) {
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
    return phase == Phase.CONTENT
        ? MAX_CONTENT_BYTES
        : Math.min(MAX_CONTENT_BYTES, services.headLimits().headBytes());
  }

  /** Whether there may be more to do. */
  private boolean step() {
    return switch (phase) {
      case HEAD -> readHead();
      case CONTENT -> readContent();
      case AUTHENTICATION, AUTO_CONFIG, ANSWER, OVER -> false;
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
      case MalformedMessage malformed -> refuseHead(RequestKind.CONNECT, malformed, true);
      case RequestHead head -> received(head);
    }
    return true;
  }

  private void received(RequestHead head) {
    first = false;
    loop.waitsNoMore(channel);
    ParsedRequest wanted = RequestParser.parse(head, services.access().options().strictHost());
    RequestKind kind = wanted.kind();
    if (services.pseudonym().isIn(head.fields())) {
      wanted = new ParsedRequest.Refused(kind, LOOP);
    }
    if (wanted instanceof ParsedRequest.Refused refused) {
      refuseHead(kind, refused.refusal(), !head.is(HEAD_METHOD));
      return;
    }
    ParsedRequest allowed = wanted;
    via = head.fields().contains("Via") ? String.join(", ", head.fields().all("Via")) : null;
    userAgent = head.fields().first("User-Agent");
    phase = Phase.AUTHENTICATION;
    services
        .access()
        .authenticate(
            head.fields().first("Proxy-Authorization"),
            ip(),
            channel.eventLoop(),
            authentication -> attempt(() -> authenticated(head, allowed, authentication)));
  }

  private @Nullable Address ip() {
    return ClientAddress.ip(channel);
  }

  private void authenticated(
      RequestHead head, ParsedRequest wanted, Authentication authentication) {
    if (phase == Phase.OVER) {
      return;
    }
    switch (authentication) {
      case Authentication.Refused(Refusal refusal) ->
          refuseHead(wanted.kind(), refusal, !head.is(HEAD_METHOD));
      case Authentication.Known(String name) -> {
        user = name;
        handOn(wanted);
        proceed();
      }
    }
  }

  private void handOn(ParsedRequest wanted) {
    switch (wanted) {
      case ParsedRequest.Connect connect -> tunnel(connect.target());
      case ForwardRequest forward -> serve(forward);
      case ParsedRequest.AutoConfig wish -> configure(wish);
      case ParsedRequest.Refused _ -> throw new IllegalStateException("refused before");
    }
  }

  /** A browser asks when it is to use the proxy. Behind the answer the connection is closed. */
  private void configure(ParsedRequest.AutoConfig wish) {
    phase = Phase.AUTO_CONFIG;
    services
        .destinations()
        .autoConfig(wish.host())
        .whenCompleteAsync(
            (file, bug) -> {
              if (bug == null) {
                attempt(() -> configured(file, wish.withContent()));
              } else {
                failed(bug);
              }
            },
            channel.eventLoop());
  }

  private void configured(AutoConfigFile file, boolean withContent) {
    if (phase == Phase.OVER) {
      return;
    }
    switch (file) {
      case AutoConfigFile.Found found -> {
        phase = Phase.OVER;
        loop.counters().request(RequestKind.FORWARD, OK);
        StagedClose.behind(loop, channel, Unpooled.wrappedBuffer(found.answer(withContent)));
      }
      case AutoConfigFile.Missing(Refusal refusal) ->
          refuseHead(RequestKind.FORWARD, refusal, withContent);
    }
  }

  private void serve(ForwardRequest forward) {
    if (plainHttp == null) {
      plainHttp = services.destinations().plainHttp(this);
    }
    request = forward;
    ServedRequest serving = plainHttp.serve(forward);
    served = serving;
    if (forward.framing().isEmpty()) {
      phase = Phase.ANSWER;
    } else {
      phase = Phase.CONTENT;
      content =
          new RequestContent(
              serving, forward.framing(), services.headLimits(), services.timeouts().body());
    }
    serving.begin();
  }

  private boolean readContent() {
    ServedRequest taker = Objects.requireNonNull(served);
    if (taker.isBlocked()) {
      return false;
    }
    ContentProgress progress = Objects.requireNonNull(content).read(unread.buffer());
    if (phase != Phase.CONTENT) {
      return false; // It could not be passed on, and that was the end of it.
    }
    switch (progress) {
      case Incomplete _ -> {
        return false;
      }
      case EndOfContent(FieldLines trailers) -> {
        phase = Phase.ANSWER;
        taker.contentEnded(trailers);
      }
      case MalformedMessage malformed -> taker.contentFailed(refusal(malformed));
    }
    return true;
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
    services.destinations().tunnel(this, target);
  }

  /** The client has ended its direction: what it has asked for by then is still answered. */
  private void endOfInput() {
    switch (phase) {
      case HEAD -> channel.close();
      case CONTENT -> {
        if (unread.count() == 0) {
          channel.close();
        }
      }
      case AUTHENTICATION, AUTO_CONFIG, ANSWER, OVER -> {}
    }
  }

  /**
   * The request has been answered, and all of the answer has been written.
   *
   * @param persistent whether the connection may serve another one
   */
  public void answered(boolean persistent) {
    served = null;
    boolean whole = phase == Phase.ANSWER;
    if (persistent && whole && isPersistent()) {
      phase = Phase.HEAD;
      idlePatience.renew();
      loop.waits(channel);
      proceed();
    } else {
      phase = Phase.OVER;
      StagedClose.behind(loop, channel, Unpooled.EMPTY_BUFFER);
    }
  }

  /** Whether the client may send another request behind the one that is being served. */
  public boolean isPersistent() {
    return request != null && request.isPersistent() && !loop.isStopping();
  }

  /**
   * Answers the request that is being served with an error, and counts it. Nothing of a response
   * has been written. The connection goes on if all of the request has been read.
   */
  public void refuse(Refusal refusal) {
    ForwardRequest refused = Objects.requireNonNull(request);
    loop.counters().refused(RequestKind.FORWARD, refusal);
    boolean withContent = !refused.head().is(HEAD_METHOD);
    if (mayGoOn()) {
      answer(Unpooled.wrappedBuffer(refusal.persistentBytes(withContent)), true);
    } else {
      served = null;
      close(refusal, withContent);
    }
  }

  /** Whether another request may be served behind an answer that is given now. */
  public boolean mayGoOn() {
    return phase == Phase.ANSWER && isPersistent();
  }

  /**
   * Answers the request that is being served with words of the proxy's own. The next one waits
   * until they are written: who does not read them asks for nothing more.
   *
   * @param bytes all of the answer
   * @param persistent whether it says that the connection goes on
   */
  public void answer(ByteBuf bytes, boolean persistent) {
    served = null;
    phase = Phase.ANSWER; // Content that still comes is nobody's.
    answers.write(bytes, () -> attempt(() -> answered(persistent)));
  }

  /** Cuts the connection, so that the client does not take what it has got for the whole. */
  public void reset() {
    served = null;
    cut();
  }

  private void cut() {
    phase = Phase.OVER;
    ResetOnClose.reset(channel);
  }

  /** The server stops: what a client has got of an answer must not look like the whole. */
  @Override
  public void stopped() {
    if (phase == Phase.CONTENT || phase == Phase.ANSWER) {
      cut();
    }
  }

  /** A bug: nothing more is done for this client. */
  @Override
  public void failed(Throwable bug) {
    logger.error("a client's connection is closed because of a bug", bug);
    cut();
  }

  private void refuseHead(RequestKind kind, MalformedMessage malformed, boolean withContent) {
    refuseHead(kind, refusal(malformed), withContent);
  }

  private void refuseHead(RequestKind kind, Refusal refusal, boolean withContent) {
    answers.account(kind, refusal);
    close(refusal, withContent);
  }

  private void close(Refusal refusal, boolean withContent) {
    phase = Phase.OVER;
    answers.last(refusal, withContent);
  }

  private static Refusal refusal(MalformedMessage malformed) {
    return new Refusal(malformed.status(), ProxyErrorType.HTTP_REQUEST_ERROR, malformed.problem());
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
    if (served != null) {
      served.writabilityChanged();
    }
  }

  @Override
  public void sweep(long nanoTime) {
    switch (phase) {
      case HEAD -> sweepHead(nanoTime);
      case CONTENT -> sweepContent(nanoTime);
      case ANSWER -> sweepAnswer(nanoTime);
      case AUTHENTICATION, AUTO_CONFIG, OVER -> {}
    }
    if (served != null) {
      served.sweep(nanoTime);
    }
  }

  private void sweepHead(long nanoTime) {
    if (first || heads.begun()) {
      if (headPatience.isOver(nanoTime)) {
        refuseHead(RequestKind.CONNECT, LATE_HEAD, true);
      }
    } else if (idlePatience.isOver(nanoTime)) {
      channel.close();
    }
  }

  private void sweepContent(long nanoTime) {
    if (Objects.requireNonNull(content).sweep(nanoTime)) {
      Objects.requireNonNull(served).contentFailed(LATE_CONTENT);
    }
  }

  /** An answer of the proxy's own waits for a client that does not read. */
  private void sweepAnswer(long nanoTime) {
    if (answers.isStalled(nanoTime)) {
      loop.counters().requestError(ProxyErrorType.CONNECTION_WRITE_TIMEOUT);
      reset();
    }
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
