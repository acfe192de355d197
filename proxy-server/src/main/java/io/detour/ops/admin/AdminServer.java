package io.detour.ops.admin;

import io.detour.core.Host;
import io.detour.server.access.AllowedHosts;
import io.detour.server.transport.BindFailure;
import io.detour.server.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The admin interface on its listener: a page for people at {@code /}, {@code GET} and {@code HEAD}
 * of {@code /metrics}, {@code /healthz} and {@code /readyz}, {@code POST} of {@code /-/reload},
 * {@code /-/pause} and {@code /-/resume}.
 *
 * <p>It runs on one thread of its own. {@link #start}, {@link #close} and the accessors may be
 * called from any thread but that one.
 */
public final class AdminServer implements AutoCloseable {
  /** What every answer has in its header {@code Server}, so that a client knows whom it asked. */
  public static final String NAME = "detour";

  private static final int HEAD_LINE_BYTES = 4 * 1024;
  private static final int HEAD_FIELDS_BYTES = 8 * 1024;
  private static final int REQUEST_BODY_BYTES = 1024;

  /** Longer than the interval at which Prometheus scrapes, so that it can keep its connection. */
  private static final int READ_TIMEOUT_SECONDS = 120;

  private static final int CLOSE_SECONDS = 5;

  private final EventLoopGroup loop;
  private final Channel listener;
  private final ChannelGroup connections;

  private AdminServer(EventLoopGroup loop, Channel listener, ChannelGroup connections) {
    this.loop = loop;
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * Listens and answers from then on.
   *
   * @param transport makes its event loop and its listener
   * @param listen a resolved address; port 0 takes any free one
   * @param hosts names that are accepted in {@code Host} beside IP literals and {@code localhost}
   * @param content what there is to see
   * @param control the server
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
            .childHandler(new Pipeline(routes, connections))
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

  private static final class Pipeline extends ChannelInitializer<SocketChannel> {
    private final AdminRoutes routes;
    private final ChannelGroup connections;

    Pipeline(AdminRoutes routes, ChannelGroup connections) {
      this.routes = routes;
      this.connections = connections;
    }

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
              new AdminHandler(routes));
    }
  }
}
