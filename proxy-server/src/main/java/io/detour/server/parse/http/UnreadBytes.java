package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/** Bytes that have come in on a connection and no reader has taken. The connection's thread. */
public final class UnreadBytes {
  private @Nullable ByteBuf bytes;

  /** Adds what has come in, which is taken over. */
  public void add(ByteBufAllocator allocator, ByteBuf more) {
    bytes =
        bytes == null
            ? more
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, bytes, more);
  }

  /** All of them, to read from; not to be released. Holds until the next call of another method. */
  public ByteBuf buffer() {
    return bytes == null ? Unpooled.EMPTY_BUFFER : bytes;
  }

  public int count() {
    return buffer().readableBytes();
  }

  /** Hands them over: the caller's to release, even if there are none. */
  public ByteBuf take() {
    ByteBuf taken = buffer();
    bytes = null;
    return taken;
  }

  /** Lets go of the memory of what has been read. */
  public void trim() {
    if (bytes != null && !bytes.isReadable()) {
      release();
    }
  }

  /** Drops them. */
  public void release() {
    if (bytes != null) {
      bytes.release();
      bytes = null;
    }
  }
}
