package io.detour.server.parse.http;

import io.detour.server.parse.http.ContentReader.CountedContent;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Content in chunks and the trailer section behind them (RFC 9112 7.1), read to the letter but for
 * what {@link ChunkLine} and {@link FieldSection} take from an origin.
 */
final class ChunkedContent implements ContentReader {
  private enum Part {
    LINE,
    DATA,
    CARRIAGE_RETURN,
    LINE_FEED,
    TRAILERS
  }

  /** What extensions may come to in all before they are more than the content. */
  private static final int FREE_EXTENSION_BYTES = 16 << 10;

  private final MessageKind kind;
  private final ChunkLine line;
  private final HeadScanner trailers;

  private Part part = Part.LINE;

  /** Of the chunk. */
  private long left;

  private long contentBytes;
  private long extensionBytes;

  /** Content that the current read has found. */
  private @Nullable ByteBuf found;

  private @Nullable Received<FieldLines> result;

  ChunkedContent(HeadLimits limits, MessageKind kind) {
    this.kind = kind;
    this.line = new ChunkLine(kind);
    this.trailers = new HeadScanner(limits, kind, null);
  }

  @Override
  public Received<FieldLines> read(ByteBuf in, Consumer<ByteBuf> taker) {
    while (result == null && in.isReadable()) {
      switch (part) {
        case LINE -> readLine(in);
        case DATA -> readData(in);
        case CARRIAGE_RETURN -> readEnd(in);
        case LINE_FEED -> expect(in, Octets.LF, Part.LINE);
        case TRAILERS -> readTrailers(in);
      }
    }
    if (found != null) {
      ByteBuf piece = found;
      found = null;
      taker.accept(piece);
    }
    return result == null ? new Received.Incomplete<>() : result;
  }

  private void readLine(ByteBuf in) {
    if (!line.read(in)) {
      MalformedMessage problem = line.problem();
      result = problem == null ? null : new Received.Malformed<>(problem);
      return;
    }
    left = line.size();
    extensionBytes += line.extensionBytes();
    line.reset();
    part = left == 0 ? Part.TRAILERS : Part.DATA;
    if (extensionBytes > FREE_EXTENSION_BYTES + contentBytes) {
      result = malformed("chunk extensions are longer than the content");
    }
  }

  private void readData(ByteBuf in) {
    int bytes = (int) Math.min(left, in.readableBytes());
    left -= bytes;
    contentBytes += bytes;
    if (left == 0) {
      part = Part.CARRIAGE_RETURN;
    }
    found = found == null ? in.readRetainedSlice(bytes) : appended(found, in, bytes);
  }

  /** One buffer for each chunk of a byte would cost a hundred times what it brings. */
  private static ByteBuf appended(ByteBuf before, ByteBuf in, int bytes) {
    if (before.isWritable(bytes)) {
      return before.writeBytes(in, bytes);
    }
    ByteBuf copy = in.alloc().buffer(before.readableBytes() + in.readableBytes());
    copy.writeBytes(before).writeBytes(in, bytes);
    before.release();
    return copy;
  }

  private void readEnd(ByteBuf in) {
    boolean lineFeed = in.getByte(in.readerIndex()) == Octets.LF;
    if (lineFeed && kind == MessageKind.RESPONSE) {
      result = new Received.Malformed<>(kind.malformedUnlessLenient(ChunkLine.BARE_LF));
    } else if (lineFeed && kind.isLenient()) {
      expect(in, Octets.LF, Part.LINE);
    } else {
      expect(in, Octets.CR, Part.LINE_FEED);
    }
  }

  private void expect(ByteBuf in, byte octet, Part next) {
    if (in.readByte() == octet) {
      part = next;
    } else {
      result = malformed("a chunk is not as long as its size says");
    }
  }

  private void readTrailers(ByteBuf in) {
    boolean whole = trailers.scan(in);
    MalformedMessage problem = trailers.problem();
    if (whole) {
      result = new Received.Complete<>(trailers.fields());
    } else if (problem != null) {
      result = new Received.Malformed<>(problem);
    }
    if (result != null) {
      trailers.reset();
    }
  }

  private Received<FieldLines> malformed(String problem) {
    return new Received.Malformed<>(kind.malformed(problem));
  }

  @Override
  public Received<FieldLines> endOfInput() {
    if (result == null) {
      result = malformed(CountedContent.CUT_SHORT);
    }
    return result;
  }
}
