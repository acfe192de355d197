package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.rules.HostHeader;
import io.detour.rules.Route;
import io.detour.server.log.AccessLog.Volume;
import io.detour.server.log.RequestEnd;
import io.detour.server.parse.http.FieldLines;
import io.detour.server.parse.http.ForwardRequest;
import io.detour.server.parse.http.MalformedMessage;
import io.detour.server.parse.http.MessageWriter;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One plain HTTP request and its response. In order: {@link #begin}, {@link #connected}, {@link
 * #send}, {@link #content}, and then the {@link ResponseRelay} until {@link #answered}. If there is
 * no response, {@link #broken}. Lives on the client's event loop.
 */
final class HttpExchange implements ServedRequest, Call.Arrival {
  /** RFC 9110 9.2.2: whoever does not know whether one was received may send it again. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "REPORT", "SEARCH");

  private static final Refusal NO_ANSWER =
      new Refusal(
          502,
          ProxyErrorType.CONNECTION_TERMINATED,
          "the origin closed the connection before it answered");
  private static final Refusal LATE_ANSWER =
      new Refusal(504, ProxyErrorType.HTTP_RESPONSE_TIMEOUT, "the origin did not answer in time");

  private final ExchangeServices services;
  private final ClientConnection client;
  private final Exchanges owner;
  private final ForwardRequest request;
  private final RequestControls controls;
  private final Call passage;
  private final Patience patience;

  private @Nullable Route route;
  private @Nullable Upstream upstream;
  private @Nullable FramedContent toOrigin;
  private @Nullable ResponseRelay response;

  /** Whether the connection to the origin has served another request before. */
  private boolean reused;

  private final long beganNanoTime = System.nanoTime();
  private boolean requestSent;
  private long sentBytes;
  private boolean over;

  HttpExchange(
      ExchangeServices services, ClientConnection client, Exchanges owner, ForwardRequest request) {
    this.services = services;
    this.client = client;
    this.owner = owner;
    this.request = request;
    this.controls = RequestControls.of(request.head());
    this.passage =
        new Call(
            services.passages(),
            client.loop().counters(),
            new HttpCaller(client),
            request.target().address());
    this.patience = new Patience(services.timeouts().response());
  }

  @Override
  public void begin() {
    if (controls.problem() != null) {
      refuse(controls.problem());
    } else if (controls.endsHere()) {
      answerHere();
    } else {
      passage.decide(this::reach, this::refuse);
    }
  }

  /** RFC 9110 9.3.7 and 9.3.8. A trace would send the client's own words back. */
  private void answerHere() {
    if (request.head().is("OPTIONS")) {
      over = true;
      LocalAnswers.options(client);
    } else {
      refuse(LocalAnswers.NO_TRACE);
    }
  }

  private void reach(Route decided) {
    route = decided;
    Upstream kept = null;
    if (isRepeatable()) {
      kept = owner.take(decided);
    } else {
      owner.drop();
    }
    if (kept == null) {
      passage.dial(decided, this);
    } else {
      reused = true;
      upstream = kept;
      passage.reuse(kept.target(), kept.channel());
      send(kept);
    }
  }

  /**
   * Whether it can be sent again on another connection. Others get a new one: the origin may close
   * one that it kept at any moment, and that must be no client's failure.
   */
  private boolean isRepeatable() {
    return IDEMPOTENT.contains(request.head().method()) && request.framing().isEmpty();
  }

  @Override
  public void connected(Channel channel) {
    if (over) {
      channel.close();
      return;
    }
    send(
        new Upstream(
            channel, Objects.requireNonNull(route), passage.target(), services.headLimits()));
    client.proceed();
  }

  @Override
  public void refused(Refusal refusal) {
    if (!over) {
      refuse(refusal);
    }
  }

  private void send(Upstream to) {
    upstream = to;
    Channel channel = to.channel();
    response = new ResponseRelay(services, client, this, to);
    to.serve(response);
    toOrigin = new FramedContent(channel, request.framing());
    HostPort host =
        passage.hostHeader() == HostHeader.PRESERVE ? passage.asked() : passage.target();
    ByteBuf head = channel.alloc().buffer();
    MessageWriter.write(services.heads().request(request, host, controls.hopsLeftBehind()), head);
    requestSent = request.framing().isEmpty();
    patience.renew();
    channel.writeAndFlush(head);
  }

  @Override
  public boolean isBlocked() {
    return upstream == null || !upstream.channel().isWritable();
  }

  @Override
  public boolean isContentDue() {
    return !isBlocked() && !isAnswering() && !awaitsContinue();
  }

  /** Whether the client has sent no content yet, until the origin says that it wants it. */
  private boolean awaitsContinue() {
    return controls.awaitsContinue()
        && sentBytes == 0
        && (response == null || !response.isContinued());
  }

  @Override
  public void content(ByteBuf piece) {
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

  @Override
  public void contentEnded(FieldLines trailers) {
    if (!over && toOrigin != null) {
      toOrigin.end(trailers);
      toOrigin.channel().flush();
      requestSent = true;
      patience.renew();
    }
  }

  @Override
  public void contentFailed(Refusal refusal) {
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

  /** The request as it was asked. */
  ForwardRequest request() {
    return request;
  }

  /** Whether all of the request has gone to the origin. */
  boolean isRequestSent() {
    return requestSent;
  }

  /**
   * The response has been passed on, to its last byte.
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
      owner.keep(used);
    } else {
      leave(used);
    }
    client.answered(persistent && requestSent);
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
    } else if (reused && untouched()) {
      again();
    } else {
      refuse(NO_ANSWER);
    }
  }

  /** Not a byte of an answer has come. */
  private boolean untouched() {
    return upstream != null && !upstream.isAnswering();
  }

  /** The origin may have closed a connection that it kept while the request was on its way. */
  private void again() {
    reused = false;
    upstream = null;
    response = null;
    passage.dial(Objects.requireNonNull(route), this);
  }

  private void refuse(Refusal refusal) {
    leaveUpstream(RequestEnd.of(refusal));
    client.refuse(refusal);
  }

  /** What the client has got is not the whole, and it must see that. */
  void cut(ProxyErrorType error) {
    leaveUpstream(RequestEnd.cut(status(), error));
    client.loop().counters().requestError(error);
    client.reset();
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

  /** Nothing more passes in either direction. */
  private void end(RequestEnd end) {
    if (!over) {
      over = true;
      long received = response == null ? 0 : response.receivedBytes();
      passage.relayed(sentBytes, received);
      passage.report(end, Volume.since(beganNanoTime, sentBytes, received));
    }
  }

  private void leave(Upstream used) {
    if (requestSent) {
      used.close();
    } else {
      used.abort();
    }
  }

  @Override
  public void abandoned() {
    leaveUpstream(isAnswering() ? RequestEnd.served(status()) : RequestEnd.CLIENT_GONE);
  }

  @Override
  public void writabilityChanged() {
    if (response != null) {
      response.clientWritabilityChanged();
    }
  }

  @Override
  public void sweep(long nanoTime) {
    if (response != null && response.isFinal()) {
      response.sweep(nanoTime);
    } else if (upstream != null
        && (requestSent || isBlocked() || awaitsContinue())
        && patience.isOver(nanoTime)) {
      refuse(LATE_ANSWER);
    }
  }
}
