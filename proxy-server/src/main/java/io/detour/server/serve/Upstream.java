package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.rules.Route;
import io.detour.server.accept.ResetOnClose;
import io.detour.server.dial.DialResult;
import io.detour.server.dial.Parent;
import io.detour.server.dial.Purpose;
import io.detour.server.parse.http.ConnectionLogin;
import io.detour.server.parse.http.ContentReader;
import io.detour.server.parse.http.FieldLines;
import io.detour.server.parse.http.ForwardedHeads;
import io.detour.server.parse.http.Framing;
import io.detour.server.parse.http.HeadLimits;
import io.detour.server.parse.http.HeadReader;
import io.detour.server.parse.http.MalformedMessage;
import io.detour.server.parse.http.Received;
import io.detour.server.parse.http.RequestHead;
import io.detour.server.parse.http.ResponseHead;
import io.detour.server.parse.http.UnreadBytes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to an origin, or to a parent proxy that takes requests for it: reads one response
 * after another, each for the exchange that is on it. Lives on the event loop of the client for
 * which it was made.
 */
final class Upstream extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(Upstream.class);

  private final Channel channel;
  private final Route route;
  private final HostPort target;
  private final @Nullable Parent parent;
  private final HeadLimits limits;
  private final HeadReader<ResponseHead> heads;
  private final UnreadBytes unread = new UnreadBytes();

  private @Nullable ResponseRelay reader;
  private @Nullable ContentReader content;
  private boolean reading;

  /** Whether anything has come for the reader. */
  private boolean answering;

  /** Whether the last response has asked for a {@link ConnectionLogin}. */
  private boolean loginAskedFor;

  private boolean inputEnded;

  /** Whether a write has failed: a reset has been seen, and a later end is not to be trusted. */
  private boolean outputFailed;

  /**
   * @param connected on the current thread's event loop
   * @param route that has led there
   * @param limits for the heads of responses
   */
  Upstream(DialResult.Connected connected, Route route, HeadLimits limits) {
    this.channel = connected.upstream();
    this.route = route;
    this.target = connected.hop().address();
    this.parent = connected.parent();
    this.limits = limits;
    this.heads = HeadReader.ofResponses(limits, route.responses());
    channel.pipeline().addLast(this);
    // A request that cannot be written to its end may have been answered all the same.
    channel.config().setAutoClose(false);
    channel.config().setAutoRead(true);
  }

  Channel channel() {
    return channel;
  }

  /** Whether a request along a route may use it. */
  boolean leads(Route other, Purpose purpose) {
    return route.equals(other) && (parent == null || purpose == Purpose.REQUESTS);
  }

  /** The parent proxy that is asked here, or null if it is the target itself. */
  @Nullable Parent parent() {
    return parent;
  }

  /** A request for the target as it is to be written here. */
  RequestHead addressed(RequestHead request) {
    return parent == null
        ? request
        : ForwardedHeads.toParent(request, target, parent.authorization());
  }

  HostPort target() {
    return target;
  }

  /** Whether a request may be sent on it: nothing was read that no request asked for. */
  boolean isIdle() {
    return reader == null && unread.count() == 0 && !hasEnded();
  }

  /** Whether no other request can be served on it. */
  boolean hasEnded() {
    return inputEnded || !channel.isActive();
  }

  boolean isLoginAskedFor() {
    return loginAskedFor;
  }

  /** Reads for an exchange from now on. */
  void serve(ResponseRelay next) {
    reader = next;
    content = null;
    answering = false;
  }

  /** Whether a byte has come for the exchange that it serves, or served last. */
  boolean isAnswering() {
    return answering;
  }

  /** Nobody reads from it for now. */
  void rest() {
    reader = null;
    resume();
  }

  void close() {
    reader = null;
    channel.close();
  }

  /** The same with a reset: the origin must not take what it has got for a whole request. */
  void abort() {
    reader = null;
    ResetOnClose.reset(channel);
  }

  /** Reads no more for now. What has been read already is still told. */
  void pause() {
    if (!inputEnded) {
      channel.config().setAutoRead(false);
    }
  }

  void resume() {
    if (!inputEnded) {
      channel.config().setAutoRead(true);
    }
  }

  boolean isPaused() {
    return !channel.config().isAutoRead();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (reader == null) {
      bytes.release();
      channel.close(); // An answer that nobody asked for.
      return;
    }
    answering = true;
    unread.add(channel.alloc(), bytes);
    read();
  }

  private void read() {
    if (reading) {
      return;
    }
    reading = true;
    try {
      while (reader != null && step(reader, unread.buffer())) {}
    } finally {
      reading = false;
    }
    if (reader == null && unread.count() > 0) {
      channel.close();
      unread.release();
    }
    unread.trim();
  }

  /** Whether there may be more to tell. */
  private boolean step(ResponseRelay to, ByteBuf in) {
    return content == null
        ? goOn(heads.read(in), head -> begin(to, head))
        : goOn(content.read(in, to::content), trailers -> end(to, trailers));
  }

  private void begin(ResponseRelay to, ResponseHead head) {
    goOn(
        Framing.ofResponse(to.method(), head),
        framing -> {
          if (!head.isInterim()) {
            loginAskedFor = ConnectionLogin.isAskedForBy(head);
            content = ContentReader.ofResponse(framing, limits, route.responses());
          }
          to.head(head, framing);
        });
  }

  /** Takes what is whole; whether it is. */
  private <T> boolean goOn(Received<T> received, Consumer<T> taker) {
    return switch (received) {
      case Received.Incomplete() -> false;
      case Received.Malformed(MalformedMessage malformed) -> {
        fail(malformed);
        yield false;
      }
      case Received.Complete(T value) -> {
        taker.accept(value);
        yield true;
      }
    };
  }

  /** What follows answers no request: the reader is let go before it is told. */
  private void end(ResponseRelay to, FieldLines trailers) {
    content = null;
    reader = null;
    to.end(trailers);
  }

  private void fail(@Nullable MalformedMessage malformed) {
    ResponseRelay failed = reader;
    reader = null;
    channel.close();
    if (failed != null) {
      failed.broken(malformed);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (reader != null) {
      reader.readComplete();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      ended();
    } else if (event instanceof ChannelOutputShutdownEvent) {
      outputFailed = true;
    }
  }

  /** The origin has ended its direction; some responses end so. */
  private void ended() {
    if (reader == null) {
      channel.close();
    } else if (!outputFailed
        && content != null
        && content.endOfInput() instanceof Received.Complete(FieldLines last)) {
      end(reader, last);
    } else {
      fail(null);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    unread.release();
    fail(null);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (reader != null) {
      reader.upstreamWritabilityChanged();
    }
  }

  /** A reset, or a bug. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      logger.error("a connection to an origin is closed because of a bug", cause);
    }
    fail(null);
  }
}
