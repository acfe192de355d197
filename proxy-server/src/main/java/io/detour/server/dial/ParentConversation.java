package io.detour.server.dial;

import io.detour.core.HostPort;
import io.detour.server.status.DialError;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
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
 * <p>What the parent sends behind its answer is not lost: the decoder, when it is removed, hands
 * its rest on to this handler, which sends it through the pipeline once the receiver has been told.
 * There is no further read.
 */
final class ParentConversation extends ChannelInboundHandlerAdapter {
  private final DuplexChannel channel;
  private final Consumer<Answer> done;

  /** What the parent sent behind its answer. */
  private final List<ByteBuf> early = new ArrayList<>(1);

  private @Nullable Future<?> deadline;

  /** Whether there was an answer, or nobody wants it any more. */
  private boolean over;

  /** Whether the decoders are being taken out, and their rest is the target's. */
  private boolean leaving;

  /**
   * What a parent proxy is asked for.
   *
   * @param target where it is to connect to
   * @param via the value of {@code Via} (RFC 9110 7.6.3), by which an HTTP parent notices a loop,
   *     or null for none; SOCKS has no place for it
   * @param timeoutNanos the longest that connecting and asking take together
   * @param purpose what the target is wanted for
   */
  record Request(
      Parent parent, HostPort target, @Nullable String via, long timeoutNanos, Purpose purpose) {
    /** Whether the parent gets the client's requests, so that there is nothing to ask before. */
    boolean isRequestItself() {
      return purpose == Purpose.REQUESTS && parent.protocol().takesRequests();
    }
  }

  sealed interface Answer {}

  /** The parent has connected to the target: what follows on the connection is the target's. */
  record Granted() implements Answer {}

  /** There is no tunnel; the components are those of {@link DialResult.Failed}. */
  record Refused(DialError error, String details, @Nullable String rcode) implements Answer {
    /** A refusal that has nothing to do with DNS. */
    Refused(DialError error, String details) {
      this(error, details, null);
    }

    /** The parent wants other credentials than it was given. */
    static Refused credentials(Parent parent) {
      return new Refused(DialError.PARENT_CONFIGURATION, parent.whyUnauthorized());
    }

    /** The connection ended before there was an answer. */
    static Refused broken() {
      return new Refused(
          DialError.CONNECTION_TERMINATED,
          "the parent proxy closed the connection and said nothing");
    }
  }

  /**
   * @param channel a connection to the parent, as {@link DialResult.Connected} describes it
   * @param done called once; the channel is the receiver's, or closed
   */
  ParentConversation(DuplexChannel channel, Consumer<Answer> done) {
    this.channel = channel;
    this.done = done;
  }

  /** Sends the first message; the time for the answer is not positive if it is late already. */
  void begin(Request request, long timeoutNanos) {
    deadline = channel.eventLoop().schedule(this::timeOut, timeoutNanos, TimeUnit.NANOSECONDS);
    ChannelPipeline pipeline = channel.pipeline();
    ByteBuf first =
        switch (request.parent().protocol()) {
          case HTTP -> {
            HttpConnectHandshake handshake = new HttpConnectHandshake(request);
            pipeline.addLast(HttpConnectHandshake.newDecoder(), handshake, this);
            yield handshake.request(channel.alloc());
          }
          case SOCKS5 -> {
            Socks5Handshake handshake = new Socks5Handshake(request);
            pipeline.addLast(handshake, this);
            yield handshake.greeting(channel.alloc());
          }
        };
    channel
        .writeAndFlush(first)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                end(Refused.broken());
              }
            });
    channel.read();
  }

  private void timeOut() {
    end(
        new Refused(
            DialError.CONNECTION_TIMEOUT,
            "the parent proxy did not answer in time (timeouts.connect)"));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof Answer answer) {
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
      end(Refused.broken());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end(Refused.broken());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(Refused.broken());
  }

  private void end(Answer answer) {
    if (over) {
      return;
    }
    stop();
    switch (answer) {
      case Granted _ -> leave();
      case Refused _ -> close();
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
