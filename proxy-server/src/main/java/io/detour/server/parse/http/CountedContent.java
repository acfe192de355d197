package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Content of a known number of bytes, 0 included. */
final class CountedContent implements ContentReader {
  static final String CUT_SHORT = "the content was cut short";

  private final MessageKind kind;
  private long left;

  CountedContent(long bytes, MessageKind kind) {
    this.left = bytes;
    this.kind = kind;
  }

  @Override
  public Received<FieldLines> read(ByteBuf in, Consumer<ByteBuf> taker) {
    int piece = (int) Math.min(left, in.readableBytes());
    if (piece > 0) {
      left -= piece;
      taker.accept(in.readRetainedSlice(piece));
    }
    return left == 0 ? new Received.Complete<>(FieldLines.NONE) : new Received.Incomplete<>();
  }

  @Override
  public Received<FieldLines> endOfInput() {
    return left == 0
        ? new Received.Complete<>(FieldLines.NONE)
        : new Received.Malformed<>(kind.malformed(CUT_SHORT));
  }
}
