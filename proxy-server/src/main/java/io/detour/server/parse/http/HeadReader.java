package io.detour.server.parse.http;

import io.detour.rules.Responses;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the request heads of one connection, or the response heads with interim ones among them,
 * one after another, strictly by RFC 9112. What breaks the grammar is refused at its first wrong
 * byte, and what passes a limit as soon as it does, without waiting for the end of the line.
 * However the bytes are split, the result is the same. A response that is malformed is 502; {@link
 * Responses#LENIENT} says what of one may break the grammar.
 *
 * <p>Memory: for a head that is not whole, an array that grows with what has come up to {@link
 * HeadLimits#headBytes}; between two heads, none. The connection's thread.
 */
public final class HeadReader<H> {
  /** RFC 9112 2.2 asks for at least one to be skipped; some clients send one behind content. */
  private static final int MAX_EMPTY_LINES = 4;

  private final MessageKind kind;
  private final StartLine<H> startLine;
  private final HeadScanner head;

  private int emptyLines;
  private boolean lineFeedDue;
  private @Nullable MalformedMessage malformed;

  private HeadReader(HeadLimits limits, MessageKind kind, StartLine<H> startLine) {
    this.kind = kind;
    this.startLine = startLine;
    this.head = new HeadScanner(limits, kind, startLine);
  }

  /** A reader for a new connection of a client. */
  public static HeadReader<RequestHead> ofRequests(HeadLimits limits) {
    return new HeadReader<>(limits, MessageKind.REQUEST, new RequestLine(limits.targetBytes()));
  }

  /** A reader for a new connection to an origin; the limit of the target does not matter. */
  public static HeadReader<ResponseHead> ofResponses(HeadLimits limits, Responses responses) {
    MessageKind kind = MessageKind.of(responses);
    return new HeadReader<>(limits, kind, new StatusLine(kind));
  }

  /**
   * Takes bytes up to the end of a head and none behind it. Once a head is whole, the next call
   * begins another; once it is malformed, it stays so.
   *
   * @param in stays the caller's
   */
  public Received<H> read(ByteBuf in) {
    if (kind == MessageKind.REQUEST && !head.begun() && malformed == null) {
      malformed = skipEmptyLines(in);
    }
    if (malformed != null) {
      return new Received.Malformed<>(malformed);
    }
    if (head.scan(in)) {
      H whole = startLine.head(head.bytes(), head.fields());
      reset();
      return new Received.Complete<>(whole);
    }
    malformed = head.problem();
    if (malformed == null) {
      return new Received.Incomplete<>();
    }
    reset();
    return new Received.Malformed<>(malformed);
  }

  private @Nullable MalformedMessage skipEmptyLines(ByteBuf in) {
    while (in.isReadable()) {
      byte octet = in.getByte(in.readerIndex());
      if (lineFeedDue != (octet == Octets.LF)) {
        return kind.malformed(FieldSection.BARE_CR_OR_LF);
      }
      if (!lineFeedDue && octet != Octets.CR) {
        return null;
      }
      if (lineFeedDue && ++emptyLines > MAX_EMPTY_LINES) {
        return kind.malformed("there are too many empty lines before the request");
      }
      lineFeedDue = !lineFeedDue;
      in.skipBytes(1);
    }
    return null;
  }

  private void reset() {
    head.reset();
    emptyLines = 0;
  }

  /**
   * Whether a head has begun and is not whole yet. Empty lines before it do not count: they belong
   * to the time between two requests.
   */
  public boolean begun() {
    return head.begun();
  }

  /** Bytes of memory that are held for a head that is not whole. */
  int heldBytes() {
    return head.heldBytes();
  }
}
