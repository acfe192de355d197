package io.detour.ops.admin;

import io.detour.ops.admin.AdminListener.Connections;
import io.detour.ops.admin.AdminListener.Responder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.stream.ChunkedStream;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a listener for operators. A request is read when the client has taken the
 * answer to the one before, and an answer is written as it is taken. On the event loop.
 */
final class AdminConnection extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(AdminConnection.class);

  private static final int REQUEST_BODY_BYTES = 1024;
  private static final int CHUNK_BYTES = 16 * 1024;

  /**
   * For how long is read on behind the last answer: what is unread on a close is a reset, and that
   * could overtake the answer.
   */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final DuplexChannel channel;
  private final Responder responder;
  private final Connections connections;

  private @Nullable HttpRequest request;
  private int bodyBytes;
  private long answerBytes;
  private boolean ending;
  private @Nullable Future<?> deadline;

  AdminConnection(DuplexChannel channel, Responder responder, Connections connections) {
    this.channel = channel;
    this.responder = responder;
    this.connections = connections;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    connections.add(this);
    awaitRequest();
  }

  private void awaitRequest() {
    closeIn(connections.limits().request());
    channel.config().setAutoRead(true);
  }

  /** Closes it when that time is over, in place of the deadline before. */
  private void closeIn(Duration time) {
    cancelDeadline();
    deadline = channel.eventLoop().schedule(this::close, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  /** Bytes of the answer that is being taken, 0 for none. */
  long answerBytes() {
    return answerBytes;
  }

  void close() {
    var _ = channel.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (!ending) {
        read(message);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /** A head, or a piece of a body, which is ignored. */
  private void read(Object message) {
    if (message instanceof HttpRequest head) {
      request = head;
      bodyBytes = 0;
      if (HttpUtil.is100ContinueExpected(head)) {
        var _ =
            channel.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
      }
    }
    if (message instanceof HttpContent content) {
      bodyBytes += content.content().readableBytes();
    }
    HttpRequest asked = request;
    if (asked == null) {
      return;
    }
    DecoderResult decoded = ((HttpObject) message).decoderResult();
    if (!decoded.isSuccess()) {
      write(asked, malformed(decoded.cause()), false);
    } else if (bodyBytes > REQUEST_BODY_BYTES) {
      write(
          asked,
          Answer.text(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "content is too large"),
          false);
    } else if (message instanceof LastHttpContent) {
      answer(asked);
    }
  }

  private static Answer malformed(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException _ ->
          Answer.text(HttpResponseStatus.REQUEST_URI_TOO_LONG, "request target is too long");
      case TooLongHttpHeaderException _ ->
          Answer.text(
              HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "header fields are too large");
      default -> Answer.text(HttpResponseStatus.BAD_REQUEST, "malformed request");
    };
  }

  private void answer(HttpRequest asked) {
    connections.used(this);
    channel.config().setAutoRead(false); // what was read already waits in the flow control
    cancelDeadline(); // the time until there is an answer is the server's own
    boolean keepAlive = HttpUtil.isKeepAlive(asked);
    CompletableFuture<Answer> answer = respond(asked);
    if (answer.isDone()) {
      write(asked, answer.join(), keepAlive);
    } else {
      answer.thenAcceptAsync(late -> write(asked, late, keepAlive), channel.eventLoop());
    }
  }

  private CompletableFuture<Answer> respond(HttpRequest asked) {
    try {
      return responder.answer(asked).exceptionally(AdminConnection::noAnswer);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(
          Answer.text(
              HttpResponseStatus.SERVICE_UNAVAILABLE, "too much is being made, ask again later"));
    } catch (RuntimeException | Error e) {
      return CompletableFuture.completedFuture(noAnswer(e));
    }
  }

  private static Answer noAnswer(Throwable cause) {
    logger.error("admin: no answer", cause);
    return Answer.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error, see the log");
  }

  private void write(HttpRequest asked, Answer answer, boolean keepAlive) {
    request = null;
    channel.config().setAutoRead(false);
    if (!channel.isActive()) {
      return;
    }
    boolean headOnly = asked.method().equals(HttpMethod.HEAD);
    if (!headOnly) {
      connections.makeRoom(this, answer.body().length);
      answerBytes = answer.body().length;
    }
    closeIn(connections.limits().answer());
    HttpResponse head = head(answer);
    HttpUtil.setKeepAlive(head, keepAlive);
    var _ = channel.write(head);
    channel
        .writeAndFlush(headOnly ? LastHttpContent.EMPTY_LAST_CONTENT : body(answer))
        .addListener(
            taken -> {
              answerBytes = 0;
              if (!taken.isSuccess()) {
                close();
              } else if (keepAlive) {
                awaitRequest();
              } else {
                end();
              }
            });
  }

  private static HttpResponse head(Answer answer) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status());
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length)
        .set(HttpHeaderNames.SERVER, AdminServer.NAME)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set("X-Content-Type-Options", "nosniff");
    answer.fields().forEach(head.headers()::set);
    return head;
  }

  private static HttpChunkedInput body(Answer answer) {
    return new HttpChunkedInput(
        new ChunkedStream(new ByteArrayInputStream(answer.body()), CHUNK_BYTES));
  }

  /** Lets the client read the last answer to its end. */
  private void end() {
    ending = true;
    closeIn(LINGER);
    channel.shutdownOutput().addListener(shut -> channel.config().setAutoRead(true));
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancelDeadline();
    connections.remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    logger.debug("admin: connection from {} ends", channel.remoteAddress(), cause);
    close();
  }
}
