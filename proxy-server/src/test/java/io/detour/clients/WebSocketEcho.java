package io.detour.clients;

import io.detour.IssuedCertificate;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A WebSocket server (RFC 6455), with TLS or without, that sends back each message. */
final class WebSocketEcho implements AutoCloseable {
  private static final int MESSAGE_BYTES = 1 << 20;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel listener;

  private WebSocketEcho(Scheme scheme, SslContext tls) {
    listener =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel client) {
                    if (scheme == Scheme.HTTPS) {
                      client.pipeline().addLast(tls.newHandler(client.alloc()));
                    }
                    install(client);
                  }
                })
            .bind(InetAddress.ofLiteral("127.0.0.1"), 0)
            .syncUninterruptibly()
            .channel();
  }

  /** Starts it on a free loopback port, for {@code ws:} or {@code wss:}. */
  static WebSocketEcho start(Scheme scheme, IssuedCertificate certificate) throws Exception {
    return new WebSocketEcho(
        scheme, SslContextBuilder.forServer(certificate.server().toKeyManagerFactory()).build());
  }

  private static void install(Channel client) {
    WebSocketServerProtocolConfig any =
        WebSocketServerProtocolConfig.newBuilder()
            .websocketPath("/")
            .maxFramePayloadLength(MESSAGE_BYTES)
            .build();
    client
        .pipeline()
        .addLast(
            new HttpServerCodec(),
            new HttpObjectAggregator(MESSAGE_BYTES),
            new WebSocketServerProtocolHandler(any),
            new SimpleChannelInboundHandler<WebSocketFrame>() {
              @Override
              protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
                context.writeAndFlush(frame.retain());
              }
            });
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
