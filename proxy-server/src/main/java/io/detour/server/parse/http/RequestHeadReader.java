package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the request heads of one connection, one after another, strictly by RFC 9112. What breaks
 * the grammar is refused at its first wrong byte, and what passes a limit as soon as it does,
 * without waiting for the end of the line. However the bytes are split, the result is the same.
 *
 * <p>Memory: for a head that is not whole, an array that grows with what has come up to {@link
 * HeadLimits#headBytes}; between two heads, none. The connection's thread.
 */
public final class RequestHeadReader {
  /** RFC 9112 2.2 asks for at least one to be skipped; some clients send one behind content. */
  private static final int MAX_EMPTY_LINES = 4;

  private final RequestLine requestLine;
  private final HeadScanner head;

  private int emptyLines;
  private boolean lineFeedDue;
  private @Nullable MalformedMessage malformed;

  /** A reader for a new connection. */
  public RequestHeadReader(HeadLimits limits) {
    requestLine = new RequestLine(limits.targetBytes());
    head = new HeadScanner(limits, MessageKind.REQUEST, requestLine);
  }

  /**
   * Takes bytes up to the end of a head and none behind it. Once a head is whole, the next call
   * begins another; once it is malformed, it stays so.
   *
   * @param in stays the caller's
   */
  public Received<RequestHead> read(ByteBuf in) {
    if (!head.begun() && malformed == null) {
      malformed = skipEmptyLines(in);
    }
    if (malformed != null) {
      return new Received.Malformed<>(malformed);
    }
    if (head.scan(in)) {
      RequestHead whole = requestLine.head(head.bytes(), head.fields());
      reset();
      return new Received.Complete<>(whole);
    }
    MalformedMessage problem = head.problem();
    if (problem == null) {
      return new Received.Incomplete<>();
    }
    reset();
    malformed = problem;
    return new Received.Malformed<>(problem);
  }

  private @Nullable MalformedMessage skipEmptyLines(ByteBuf in) {
    while (in.isReadable()) {
      byte octet = in.getByte(in.readerIndex());
      if (lineFeedDue != (octet == Octets.LF)) {
        return MessageKind.REQUEST.malformed(FieldSection.BARE_CR_OR_LF);
      }
      if (!lineFeedDue && octet != Octets.CR) {
        return null;
      }
      if (lineFeedDue && ++emptyLines > MAX_EMPTY_LINES) {
        return MessageKind.REQUEST.malformed("there are too many empty lines before the request");
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
