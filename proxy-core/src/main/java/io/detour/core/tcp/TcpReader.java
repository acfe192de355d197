package io.detour.core.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads for the pipeline of a channel: what is wanted, and after a reset all that came before it.
 * On the channel's event loop.
 */
final class TcpReader {
  private final TcpChannel channel;
  private final EpollSocket socket;
  private final TcpOptions options;
  private boolean wanted;
  private boolean reading;
  private boolean ended;

  TcpReader(TcpChannel channel, EpollSocket socket, TcpOptions options) {
    this.channel = channel;
    this.socket = socket;
    this.options = options;
  }

  /** The pipeline asks for the next bytes. They are read in another turn if they are there. */
  void want() {
    wanted = true;
    if (socket.readable() && !reading) {
      channel.eventLoop().execute(this::readWanted);
    }
  }

  private void readWanted() {
    if (wanted) {
      read();
    }
  }

  /** Nothing more is to be read, whatever has been asked for. */
  void forget() {
    wanted = false;
  }

  boolean wants() {
    return wanted;
  }

  /** Whether the peer's end of stream has been read. */
  boolean ended() {
    return ended;
  }

  /**
   * Reads what is there, in as many buffers as the allocator allows. What is left after that is
   * read in another turn, if it is still wanted then.
   */
  void read() {
    if (reading || ended || !channel.hasSocket() || !socket.readable()) {
      return;
    }
    ExtendedHandle reads = (ExtendedHandle) channel.unsafe().recvBufAllocHandle();
    reads.reset(options);
    ChannelPipeline pipeline = channel.pipeline();
    reading = true;
    int length = 0;
    Throwable failure = null;
    try {
      do {
        length = readOnce(reads, pipeline);
      } while (length > 0 && channel.hasSocket() && socket.readable() && goesOn(reads));
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
    reads.readComplete();
    pipeline.fireChannelReadComplete();
    reading = false;
    if (channel.hasSocket()) {
      finish(pipeline, length < 0, failure);
    }
  }

  private boolean goesOn(ExtendedHandle reads) {
    return reads.continueReading() || socket.failed();
  }

  /** The bytes that were passed on, 0 if none are there, or -1 at the end of the stream. */
  private int readOnce(ExtendedHandle reads, ChannelPipeline pipeline) throws IOException {
    ByteBuf buffer = channel.alloc().directBuffer(reads.guess());
    int length = 0;
    try {
      reads.attemptedBytesRead(buffer.writableBytes());
      length = socket.read(buffer);
      reads.lastBytesRead(length);
    } finally {
      if (length <= 0) {
        buffer.release();
      }
    }
    if (length > 0) {
      wanted = false;
      reads.incMessagesRead(1);
      pipeline.fireChannelRead(buffer);
    }
    return length;
  }

  private void finish(ChannelPipeline pipeline, boolean end, @Nullable Throwable failure) {
    if (failure != null) {
      pipeline.fireExceptionCaught(failure);
      close();
    } else if (end) {
      socket.noteEnd();
      ended = true;
      if (options.allowsHalfClosure()) {
        pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
      } else {
        close();
      }
    } else if (wanted && socket.readable()) {
      // Behind the events of others: plain tasks that queue each other keep the loop from polling.
      channel.eventLoop().schedule(this::readWanted, 0, TimeUnit.NANOSECONDS);
    }
  }

  private void close() {
    channel.unsafe().close(channel.voidPromise());
  }
}
