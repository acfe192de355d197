package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Content of which only the end of the connection is the end (RFC 9112 6.3). */
final class ContentUntilClose implements ContentReader {
  private boolean ended;

  @Override
  public Received<FieldLines> read(ByteBuf in, Consumer<ByteBuf> taker) {
    if (ended) {
      return new Received.Complete<>(FieldLines.NONE);
    }
    if (in.isReadable()) {
      taker.accept(in.readRetainedSlice(in.readableBytes()));
    }
    return new Received.Incomplete<>();
  }

  @Override
  public Received<FieldLines> endOfInput() {
    ended = true;
    return new Received.Complete<>(FieldLines.NONE);
  }
}
