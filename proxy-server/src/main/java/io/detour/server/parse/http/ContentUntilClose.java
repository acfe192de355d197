package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Content of which only the end of the connection is the end (RFC 9112 6.3). */
final class ContentUntilClose implements ContentReader {
  private boolean ended;

  @Override
  public ContentProgress read(ByteBuf in, Consumer<ByteBuf> taker) {
    if (ended) {
      return EndOfContent.WITHOUT_TRAILERS;
    }
    if (in.isReadable()) {
      taker.accept(in.readRetainedSlice(in.readableBytes()));
    }
    return Incomplete.MORE;
  }

  @Override
  public ContentProgress endOfInput() {
    ended = true;
    return EndOfContent.WITHOUT_TRAILERS;
  }
}
