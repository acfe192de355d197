package io.detour.server.dial;

import io.detour.server.status.DialError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a parent proxy for a target over a connection to it, and leaves the connection as it was
 * found: with an empty pipeline, or closed. Lives on the connection's event loop.
 *
 * <p>Nothing that the parent sends behind its answer is lost. What one read brought with the answer
 * is in the decoder; when that is removed it hands its rest on to this handler, which, once the
 * receiver has been told, sends it through the pipeline as if it had just been read. There is no
 * further read: the rest is the receiver's.
 */
final class ParentConversation extends ChannelInboundHandlerAdapter implements Dial {
  private final SocketChannel channel;
  private final Consumer<ParentAnswer> done;

  /** What the parent sent behind its answer. */
  private final List<ByteBuf> early = new ArrayList<>(1);

  private @Nullable Future<?> deadline;

  /** Whether there was an answer, or nobody wants it any more. */
  private boolean over;

  /** Whether the decoders are being taken out, and their rest is the target's. */
  private boolean leaving;

  /**
   * @param channel a connection to the parent, as {@link DialResult.Connected} describes it
   * @param done told the answer once; the channel is its receiver's, or closed
   */
  ParentConversation(SocketChannel channel, Consumer<ParentAnswer> done) {
    this.channel = channel;
    this.done = done;
  }

  /**
   * Sends the first message.
   *
   * @param timeoutNanos until the answer has to be there; not positive if it is late already
   */
  void begin(Parent parent, ParentRequest asked, long timeoutNanos) {
    ChannelPipeline pipeline = channel.pipeline();
    ByteBuf first =
        switch (parent.protocol()) {
          case HTTP -> {
            HttpConnectHandshake exchange = new HttpConnectHandshake(parent, asked);
            pipeline.addLast(HttpConnectHandshake.newDecoder(), exchange, this);
            yield exchange.request(channel.alloc());
          }
          case SOCKS5 -> {
            Socks5Handshake exchange = new Socks5Handshake(parent, asked.target());
            pipeline.addLast(exchange, this);
            yield exchange.greeting(channel.alloc());
          }
        };
    deadline = channel.eventLoop().schedule(this::timeOut, timeoutNanos, TimeUnit.NANOSECONDS);
    channel
        .writeAndFlush(first)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                end(ParentAnswer.Refused.broken());
              }
            });
    channel.read();
  }

  private void timeOut() {
    end(
        new ParentAnswer.Refused(
            DialError.CONNECTION_TIMEOUT, "the parent proxy did not answer in time"));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ParentAnswer answer) {
      end(answer);
    } else if (leaving && message instanceof ByteBuf bytes) {
      early.add(bytes);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  /** Reads on until there is an answer, since the channel does not by itself. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!over) {
      context.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      end(ParentAnswer.Refused.broken());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end(ParentAnswer.Refused.broken());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(ParentAnswer.Refused.broken());
  }

  private void end(ParentAnswer answer) {
    if (over) {
      return;
    }
    stop();
    switch (answer) {
      case ParentAnswer.Granted _ -> leave();
      case ParentAnswer.Refused _ -> close();
    }
    done.accept(answer);
    handOn();
  }

  private void leave() {
    leaving = true;
    ChannelPipeline pipeline = channel.pipeline();
    while (pipeline.first() != null) {
      pipeline.removeFirst();
    }
  }

  /** The pipeline is the receiver's now, and keeps or drops them as it does with what it reads. */
  private void handOn() {
    for (ByteBuf bytes : early) {
      channel.pipeline().fireChannelRead(bytes);
    }
    early.clear();
  }

  /** Closes the connection and tells nobody. */
  @Override
  public void cancel() {
    if (!over) {
      stop();
      close();
    }
  }

  private void stop() {
    over = true;
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  /** At once: the descriptor is free when this returns. */
  private void close() {
    channel.unsafe().close(channel.voidPromise());
  }
}
