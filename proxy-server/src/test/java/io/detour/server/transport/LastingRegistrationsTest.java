package io.detour.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Netty's channels of UNIX sockets do behind the end of their peer's direction. */
@Timeout(20)
final class LastingRegistrationsTest {

  /** More than two socket buffers hold, so that writes block. */
  private static final int ANSWER_BYTES = 32 << 20;

  @TempDir private Path folder;
  private EventLoopGroup group;

  @BeforeEach
  void start() {
    assumeTrue(Epoll.isAvailable(), "there is no epoll");
    group = new MultiThreadIoEventLoopGroup(1, Transport.epoll().ioHandlers());
  }

  @AfterEach
  void stop() {
    if (group != null) {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  @Test
  void aLargeAnswerReachesAClientThatHasEndedItsDirection() throws Exception {
    Channel server =
        listen(context -> context.writeAndFlush(Unpooled.wrappedBuffer(new byte[ANSWER_BYTES])));
    try (SocketChannel client = connect(server)) {
      client.shutdownOutput();
      assertThat(Channels.newInputStream(client).readNBytes(ANSWER_BYTES)).hasSize(ANSWER_BYTES);
    }
  }

  @Test
  void aReadBehindTheEndDoesNotCloseTheChannel() throws Exception {
    Channel server =
        listen(
            context -> {
              context.read();
              context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'x'}));
            });
    try (SocketChannel client = connect(server)) {
      client.shutdownOutput();
      assertThat(Channels.newInputStream(client).read()).isEqualTo('x');
    }
  }

  private static SocketChannel connect(Channel server) throws IOException {
    String path = ((DomainSocketAddress) server.localAddress()).path();
    return SocketChannel.open(UnixDomainSocketAddress.of(path));
  }

  /** What a channel does some time after its peer has ended its direction. */
  private interface OnEnd {
    void ended(ChannelHandlerContext context);
  }

  /** Accepts channels that read nothing by themselves. */
  private Channel listen(OnEnd onEnd) {
    return new ServerBootstrap()
        .group(group)
        .channelFactory(Objects.requireNonNull(Transport.epoll().unixServers()))
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.AUTO_READ, false)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new EndHandler(onEnd));
              }
            })
        .bind(new DomainSocketAddress(folder.resolve("s").toFile()))
        .syncUninterruptibly()
        .channel();
  }

  private static final class EndHandler extends ChannelInboundHandlerAdapter {
    private final OnEnd onEnd;

    EndHandler(OnEnd onEnd) {
      this.onEnd = onEnd;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        context.executor().execute(() -> onEnd.ended(context));
      }
    }
  }
}
