package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.rules.HostHeader;
import io.detour.rules.Route;
import io.detour.server.dial.DialResult;
import io.detour.server.log.AccessLog.Volume;
import io.detour.server.log.RequestEnd;
import io.detour.server.parse.http.FieldLines;
import io.detour.server.parse.http.ForwardRequest;
import io.detour.server.parse.http.MalformedMessage;
import io.detour.server.parse.http.MessageWriter;
import io.detour.server.parse.http.RequestControls;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One plain HTTP request and its response. In order: {@link #begin}, {@link #answer}, {@link
 * #send}, {@link #content}, and then the {@link ResponseRelay} until {@link #answered}. If there is
 * no response, {@link #broken}. Lives on the client's event loop.
 */
final class HttpExchange implements Call.Steps {
  private static final Refusal NO_TRACE =
      new Refusal(405, ProxyErrorType.HTTP_REQUEST_DENIED, "this proxy does not trace requests");
  private static final Refusal LOST_LOGIN =
      new Refusal(
          502,
          ProxyErrorType.CONNECTION_TERMINATED,
          "the origin closed the connection on which the client has logged in");

  private final HttpEntrance entrance;
  private final ClientConnection client;
  private final Exchanges owner;
  private final ForwardRequest request;
  private final RequestControls controls;
  private final Call call;
  private final Sweep.Patience patience;

  private @Nullable Route route;
  private @Nullable Upstream upstream;
  private ResponseRelay.@Nullable FramedContent toOrigin;
  private @Nullable ResponseRelay response;

  /** Whether the connection to the origin has served another request before. */
  private boolean reused;

  private final long beganNanoTime = System.nanoTime();

  /** Whether all of the request has gone to the origin. */
  private boolean requestSent;

  private long sentBytes;
  private boolean over;

  HttpExchange(
      HttpEntrance entrance,
      ClientConnection client,
      Client requester,
      Exchanges owner,
      ForwardRequest request) {
    this.entrance = entrance;
    this.client = client;
    this.owner = owner;
    this.request = request;
    this.controls = RequestControls.of(request.head());
    this.call =
        new Call(
            entrance.services(), client.loop().counters(), requester, request.target().address());
    this.patience = new Sweep.Patience(entrance.timeouts().response());
  }

  /** Step 3. It may have been answered when this returns. */
  void begin() {
    if (controls.problem() != null) {
      refuse(controls.problem());
    } else if (controls.endsHere()) {
      answerHere();
    } else {
      call.decide(this);
    }
  }

  /** RFC 9110 9.3.7 and 9.3.8. A trace would send the client's own words back. */
  private void answerHere() {
    if (request.head().is("OPTIONS")) {
      over = true;
      owner.answerOptions();
    } else {
      refuse(NO_TRACE);
    }
  }

  /** Step 4, or the connection that an earlier request has left. */
  @Override
  public void dial(Route decided) {
    route = decided;
    Upstream kept = owner.kept().take(decided, call.purpose(), request);
    if (kept == null) {
      call.dial(decided, this);
    } else if (!kept.isIdle()) {
      refuse(LOST_LOGIN);
    } else {
      reused = true;
      upstream = kept;
      call.reuse(kept.target(), kept.channel());
      send(kept);
    }
  }

  /** Whatever the origin says is the answer. */
  @Override
  public void answer(DialResult.Connected connected) {
    if (over) {
      connected.upstream().close();
      return;
    }
    send(new Upstream(connected, Objects.requireNonNull(route), entrance.headLimits()));
    client.proceed();
  }

  /** Step 5 begins: the head goes to the origin, and its response to the client. */
  private void send(Upstream to) {
    upstream = to;
    owner.kept().use(to, request);
    Channel channel = to.channel();
    response = new ResponseRelay(entrance, client, owner, this, to);
    to.serve(response);
    toOrigin = new ResponseRelay.FramedContent(channel, request.framing());
    HostPort host = call.hostHeader() == HostHeader.PRESERVE ? call.asked() : call.target();
    ByteBuf head = channel.alloc().buffer();
    MessageWriter.write(
        to.addressed(entrance.forwardedHeads().request(request, host, controls.hopsLeftBehind())),
        head);
    requestSent = request.framing().isEmpty();
    patience.renew();
    channel.writeAndFlush(head);
  }

  /** Whether no content can be taken now; then {@link ClientConnection#proceed} follows. */
  boolean isBlocked() {
    return upstream == null || !upstream.channel().isWritable();
  }

  /**
   * Whether it is for the client to send content now: nobody else is waited for, as the origin is
   * that has not said whether it wants any (RFC 9110 10.1.1) or that has begun to answer without.
   */
  boolean isContentDue() {
    return !isBlocked() && !isAnswering() && !awaitsContinue();
  }

  /** Whether the client has sent no content yet, until the origin says that it wants it. */
  private boolean awaitsContinue() {
    return controls.awaitsContinue()
        && sentBytes == 0
        && (response == null || !response.isContinued());
  }

  /** A piece of the request's content, not empty, which is released here. */
  void content(ByteBuf piece) {
    if (over || toOrigin == null) {
      piece.release();
      return;
    }
    sentBytes += piece.readableBytes();
    patience.renew();
    if (response != null) {
      response.requestGoesOn();
    }
    toOrigin.write(piece);
    toOrigin.channel().flush();
  }

  /** Not called for a request without content. */
  void contentEnded(FieldLines trailers) {
    if (!over && toOrigin != null) {
      toOrigin.end(trailers);
      toOrigin.channel().flush();
      requestSent = true;
      patience.renew();
    }
  }

  /**
   * The content is malformed or comes too slowly: the rest of it will not come.
   *
   * @param refusal what the client is told if no response has begun
   */
  void contentFailed(Refusal refusal) {
    if (isAnswering()) {
      cut(ProxyErrorType.HTTP_REQUEST_ERROR);
    } else {
      refuse(refusal);
    }
  }

  /** Whether a final response has begun to go to the client. */
  private boolean isAnswering() {
    return response != null && response.isFinal();
  }

  ForwardRequest request() {
    return request;
  }

  boolean isRequestSent() {
    return requestSent;
  }

  /**
   * Step 5 is done: the response has been passed on, to its last byte.
   *
   * @param reusable whether the origin lets its connection be used again
   * @param persistent whether the client's connection goes on
   */
  void answered(boolean reusable, boolean persistent) {
    if (over) {
      return;
    }
    end(RequestEnd.served(status()));
    Upstream used = Objects.requireNonNull(upstream);
    if (reusable && requestSent) {
      owner.kept().keep(used);
    } else {
      leave(used);
    }
    owner.answered(persistent && requestSent);
  }

  /**
   * The connection to the origin is closed and the response is not whole.
   *
   * @param malformed what the origin sent, or null if it only ended
   */
  void broken(@Nullable MalformedMessage malformed) {
    if (over) {
      return;
    }
    if (isAnswering()) {
      cut(ProxyErrorType.HTTP_RESPONSE_INCOMPLETE);
    } else if (malformed != null) {
      refuse(
          new Refusal(malformed.status(), ProxyErrorType.HTTP_PROTOCOL_ERROR, malformed.problem()));
    } else if (upstream != null && owner.kept().isNeeded(upstream, request)) {
      refuse(LOST_LOGIN);
    } else if (reused && request.isRepeatable() && upstream != null && !upstream.isAnswering()) {
      again();
    } else {
      refuse(
          new Refusal(
              502,
              ProxyErrorType.CONNECTION_TERMINATED,
              peer() + " closed the connection before it answered"));
    }
  }

  /** The origin may have closed a connection that it kept while the request was on its way. */
  private void again() {
    reused = false;
    upstream = null;
    response = null;
    call.dial(Objects.requireNonNull(route), this);
  }

  @Override
  public void refuse(Refusal refusal) {
    if (!over) {
      leaveUpstream(RequestEnd.of(refusal));
      owner.refuse(refusal, Exchanges.form(request.head()));
    }
  }

  /** What the client has got is not the whole, and it must see that. */
  void cut(ProxyErrorType error) {
    leaveUpstream(RequestEnd.cut(status(), error));
    client.loop().counters().requestError(error);
    owner.reset();
  }

  /** Of the final response, or 0 as long as there is none. */
  private int status() {
    return response == null ? 0 : response.status();
  }

  private void leaveUpstream(RequestEnd end) {
    end(end);
    if (upstream != null) {
      leave(upstream);
    }
  }

  /** Step 6: nothing more passes in either direction. */
  private void end(RequestEnd end) {
    if (!over) {
      over = true;
      if (response != null) {
        response.drop();
      }
      long received = response == null ? 0 : response.receivedBytes();
      call.relayed(sentBytes, received);
      call.report(end, Volume.since(beganNanoTime, sentBytes, received));
    }
  }

  private void leave(Upstream used) {
    if (requestSent) {
      used.close();
    } else {
      used.abort();
    }
  }

  /** The client is gone: nobody waits for a response. */
  void abandoned() {
    leaveUpstream(isAnswering() ? RequestEnd.served(status()) : RequestEnd.CLIENT_GONE);
  }

  /** The client takes bytes again, or does not for now. */
  void writabilityChanged() {
    if (response != null) {
      response.clientWritabilityChanged();
    }
  }

  /** Looks whether the origin takes too long. */
  void sweep(long nanoTime) {
    if (response != null && response.isFinal()) {
      response.sweep(nanoTime);
    } else if (upstream != null
        && (requestSent || isBlocked() || awaitsContinue())
        && patience.isOver(nanoTime)) {
      refuse(
          new Refusal(
              504,
              ProxyErrorType.HTTP_RESPONSE_TIMEOUT,
              peer() + " did not answer in time (timeouts.response)"));
    }
  }

  /** Who is waited for. */
  private String peer() {
    return upstream != null && upstream.parent() != null ? "the parent proxy" : "the origin";
  }
}
