package io.detour.server.accept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the PROXY header from the beginning of a connection and then leaves the pipeline; what came
 * behind it goes on to the next handler. A connection without a proper header, or with none in
 * time, is closed without a word: who is there is unknown. Belongs to the client's event loop.
 */
final class ProxyHeaderReader extends ByteToMessageDecoder {
  private static final Logger logger = LoggerFactory.getLogger(ProxyHeaderReader.class);

  private final ProxyProtocol protocol;
  private final Duration timeout;
  private final ClientLoop loop;
  private final Runnable whenRead;
  private @Nullable Future<?> deadline;

  /**
   * @param protocol which versions are taken
   * @param timeout for the whole header
   * @param loop the client's event loop
   * @param whenRead puts the next handlers behind this one; the client's address is known then
   */
  ProxyHeaderReader(ProxyProtocol protocol, Duration timeout, ClientLoop loop, Runnable whenRead) {
    this.protocol = protocol;
    this.timeout = timeout;
    this.loop = loop;
    this.whenRead = whenRead;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    loop.waits(context.channel());
    deadline =
        context
            .executor()
            .schedule(
                () -> refuse(context, "none in time"), timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** It is not here that the client is waited for any more, but the next handler may wait. */
  private void stopWaiting(ChannelHandlerContext context) {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
      loop.waitsNoMore(context.channel());
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    stopWaiting(context);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
    switch (ProxyHeader.read(bytes, protocol)) {
      case ProxyHeader.Incomplete _ -> {}
      case ProxyHeader.Malformed malformed -> {
        bytes.skipBytes(bytes.readableBytes());
        refuse(context, malformed.problem());
      }
      case ProxyHeader.Complete header -> {
        bytes.skipBytes(header.bytes());
        if (header.source() != null) {
          ClientAddress.tell(context.channel(), header.source());
        }
        stopWaiting(context);
        whenRead.run();
        context.pipeline().remove(this);
      }
    }
  }

  private static void refuse(ChannelHandlerContext context, String problem) {
    logger.debug("PROXY header from {}: {}", context.channel().remoteAddress(), problem);
    context.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    super.userEventTriggered(context, event);
    if (event instanceof ChannelInputShutdownEvent && !context.isRemoved()) {
      refuse(context, "cut");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
