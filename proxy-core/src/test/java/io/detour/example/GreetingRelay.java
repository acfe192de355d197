package io.detour.example;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.relay.EarlyBytes;
import io.detour.core.relay.RelayEngine;
import io.detour.core.relay.RelayOptions;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import java.net.InetSocketAddress;

/** A client says "HELLO host:port" in its first line; everything behind it is relayed to there. */
public final class GreetingRelay extends SimpleChannelInboundHandler<ByteBuf> {
  private static final RelayEngine ENGINE = new RelayEngine(RelayOptions.defaults());

  public static void main(String[] arguments) {
    new ServerBootstrap()
        .group(new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory()))
        .channel(EpollServerSocketChannel.class)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel client) {
                client.pipeline().addLast(new LineBasedFrameDecoder(256), new GreetingRelay());
              }
            })
        .bind("127.0.0.1", Integer.parseInt(arguments[0]))
        .syncUninterruptibly();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
    Channel client = context.channel();
    client.config().setAutoRead(false); // from now on, what the client sends is for the relay
    client.pipeline().addLast(new EarlyBytes()).remove(this); // and what was read already is kept
    client.pipeline().remove(LineBasedFrameDecoder.class);
    String asked = line.toString(US_ASCII).replace("HELLO ", "");
    if (HostPort.parse(asked) instanceof Parsed.Value(HostPort to)) {
      new Bootstrap()
          .group(client.eventLoop())
          .channel(EpollSocketChannel.class)
          .option(ChannelOption.AUTO_READ, false)
          .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
          .handler(new EarlyBytes())
          .connect(new InetSocketAddress(to.host().name(), to.port()))
          .addListener(connected -> relay(client, (ChannelFuture) connected));
    } else {
      client.close();
    }
  }

  private static void relay(Channel client, ChannelFuture connected) {
    if (connected.isSuccess()) {
      ENGINE.relay(client, connected.channel(), stats -> System.out.println(stats));
    } else {
      client.close();
    }
  }
}
