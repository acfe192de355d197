package io.detour.ops.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the admin interface: an answer for each request, in order. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger logger = LoggerFactory.getLogger(AdminHandler.class);

  private final AdminRoutes routes;

  AdminHandler(AdminRoutes routes) {
    this.routes = routes;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      write(context, malformed(request.decoderResult().cause()), false);
      return;
    }
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    CompletableFuture<Answer> answer = answer(request);
    if (answer.isDone()) {
      write(context, answer.join(), keepAlive);
      return;
    }
    // The flow control in front of this holds further requests back, so that answers keep the
    // order.
    context.channel().config().setAutoRead(false);
    answer.thenAcceptAsync(
        late -> {
          write(context, late, keepAlive);
          context.channel().config().setAutoRead(true);
        },
        context.executor());
  }

  private static void write(ChannelHandlerContext context, Answer answer, boolean keepAlive) {
    FullHttpResponse response = response(answer);
    HttpUtil.setKeepAlive(response, keepAlive);
    var written = context.writeAndFlush(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private CompletableFuture<Answer> answer(FullHttpRequest request) {
    try {
      return routes.answer(request).exceptionally(AdminHandler::noAnswer);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(
          Answer.text(
              HttpResponseStatus.SERVICE_UNAVAILABLE, "too much is being made, ask again later"));
    } catch (RuntimeException e) {
      return CompletableFuture.completedFuture(noAnswer(e));
    }
  }

  private static Answer noAnswer(Throwable cause) {
    logger.error("admin: no answer", cause);
    return Answer.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error, see the log");
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

  private static FullHttpResponse response(Answer answer) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, answer.status(), Unpooled.wrappedBuffer(answer.body()));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length)
        .set(HttpHeaderNames.SERVER, AdminServer.NAME)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set("X-Content-Type-Options", "nosniff");
    answer.fields().forEach(response.headers()::set);
    if (answer.allowed() != null) {
      response.headers().set(HttpHeaderNames.ALLOW, answer.allowed());
    }
    return response;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    logger.debug("admin: connection from {} ends", context.channel().remoteAddress(), cause);
    var _ = context.close();
  }
}
