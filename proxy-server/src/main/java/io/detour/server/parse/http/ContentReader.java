package io.detour.server.parse.http;

import io.detour.rules.Responses;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/**
 * Reads the content of one message. The connection's thread. Nothing of the content is held back,
 * and nothing copied but the chunks of one read when there are several.
 */
public sealed interface ContentReader
    permits ContentReader.CountedContent, ChunkedContent, ContentReader.ContentUntilClose {
  /** A reader for the content of a request; the limits are those of the trailer section. */
  static ContentReader ofRequest(Framing framing, HeadLimits limits) {
    return of(framing, limits, MessageKind.REQUEST);
  }

  /** A reader for the content of a response; the limits are those of the trailer section. */
  static ContentReader ofResponse(Framing framing, HeadLimits limits, Responses responses) {
    return of(framing, limits, MessageKind.of(responses));
  }

  private static ContentReader of(Framing framing, HeadLimits limits, MessageKind kind) {
    return switch (framing) {
      case Framing.None _ -> new CountedContent(0, kind);
      case Framing.Length(long bytes) -> new CountedContent(bytes, kind);
      case Framing.Chunked() -> new ChunkedContent(limits, kind);
      case Framing.UntilClose() -> new ContentUntilClose();
    };
  }

  /**
   * Takes bytes up to the end of the message and none behind it. To be called once with what stands
   * behind the head, even if that is nothing: without content the end is told at once.
   *
   * @param in stays the caller's
   * @param taker gets the content that stands there as one piece, if there is any: not empty, the
   *     taker's to release. Called last, so it may be the end of the connection. What stands before
   *     something malformed has been handed out when it is told.
   * @return the trailers as they were sent, none unless the content is chunked ({@link
   *     EndToEnd#trailers} says which may be passed on); the same from the end on, without taking
   *     more
   */
  Received<FieldLines> read(ByteBuf in, Consumer<ByteBuf> taker);

  /** The sender has closed its side: whether the message was whole by then, or was cut short. */
  Received<FieldLines> endOfInput();

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
}
