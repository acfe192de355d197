package io.detour.ops.admin;

import io.detour.core.Host;
import io.detour.ops.metrics.Metrics;
import io.detour.server.access.AllowedHosts;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import io.detour.server.transport.BindFailure;
import io.detour.server.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin interface on its listener and one thread of its own; any other thread may call. */
public final class AdminServer implements AutoCloseable {
  /** What every answer has in its header {@code Server}, so that a client knows whom it asked. */
  public static final String NAME = "detour";

  private static final int HEAD_LINE_BYTES = 4 * 1024;
  private static final int HEAD_FIELDS_BYTES = 8 * 1024;
  private static final int REQUEST_BODY_BYTES = 1024;

  /** Longer than the interval at which Prometheus scrapes, so that it can keep its connection. */
  private static final int READ_TIMEOUT_SECONDS = 120;

  private static final int CLOSE_SECONDS = 5;

  private static final Logger logger = LoggerFactory.getLogger(AdminServer.class);

  private final EventLoopGroup loop;
  private final Channel listener;
  private final ChannelGroup connections;

  /** What there is to see: metrics, which stay the caller's to close, and YAML without secrets. */
  public record AdminContent(
      Metrics metrics,
      RulePages rules,
      ServerPages server,
      ReportPages report,
      String configuration) {}

  /** What the admin interface may ask of the server. Any thread; no method waits. */
  public interface ServerControl {
    /** Reads rules and certificates again; completed on a thread that must not be held up. */
    CompletableFuture<ReloadResult> reload(Reloader.Trigger trigger);

    /** Accepts no clients until {@link #resume}; done when it is so. */
    CompletableFuture<Void> pause();

    CompletableFuture<Void> resume();

    /** Stops accepting for good, and lets the process end once nobody is connected. */
    void drain();

    int clients();

    /** Whether it was paused last. */
    boolean isPaused();

    /** Whether it has stopped accepting for good. */
    boolean isDraining();
  }

  private AdminServer(EventLoopGroup loop, Channel listener, ChannelGroup connections) {
    this.loop = loop;
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * Listens and answers from then on.
   *
   * @param listen port 0 takes any free one
   * @throws IOException if the address cannot be listened on; the message names it and the cause
   */
  public static AdminServer start(
      Transport transport,
      InetSocketAddress listen,
      Set<Host> hosts,
      AdminContent content,
      ServerControl control)
      throws IOException {
    AdminRoutes routes =
        new AdminRoutes(new AllowedHosts(hosts), content, PageAssets.load(), control);
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("admin", true), transport.ioHandlers());
    ChannelGroup connections = new DefaultChannelGroup(loop.next(), true);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channelFactory(() -> transport.serverSockets().apply(listen.getAddress()))
            .childHandler(pipeline(routes, connections))
            .bind(listen)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var _ = loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
      throw new IOException(
          "admin: cannot listen on "
              + NetUtil.toSocketAddressString(listen)
              + ": "
              + BindFailure.words(bound.cause()),
          bound.cause());
    }
    return new AdminServer(loop, bound.channel(), connections);
  }

  /** Where it listens, with the port that was chosen if 0 was asked for. */
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Stops listening, closes its connections and ends its thread. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static ChannelInitializer<SocketChannel> pipeline(
      AdminRoutes routes, ChannelGroup connections) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        connections.add(channel);
        channel
            .pipeline()
            .addLast(
                new ReadTimeoutHandler(READ_TIMEOUT_SECONDS),
                new HttpServerCodec(
                    new HttpDecoderConfig()
                        .setMaxInitialLineLength(HEAD_LINE_BYTES)
                        .setMaxHeaderSize(HEAD_FIELDS_BYTES)),
                new HttpObjectAggregator(REQUEST_BODY_BYTES, true),
                new FlowControlHandler(),
                new Handler(routes));
      }
    };
  }

  /** One connection to the admin interface: an answer for each request, in order. */
  private static final class Handler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final AdminRoutes routes;

    Handler(AdminRoutes routes) {
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
        return routes.answer(request).exceptionally(Handler::noAnswer);
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
          .set(HttpHeaderNames.SERVER, NAME)
          .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
          .set("X-Content-Type-Options", "nosniff");
      answer.fields().forEach(response.headers()::set);
      return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      logger.debug("admin: connection from {} ends", context.channel().remoteAddress(), cause);
      var _ = context.close();
    }
  }
}
