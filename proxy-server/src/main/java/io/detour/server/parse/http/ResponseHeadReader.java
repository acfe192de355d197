package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the response heads of one connection to an origin, interim ones among them, one after
 * another and as strictly as {@link RequestHeadReader} does requests; whatever is malformed is 502.
 *
 * <p>Memory: for a head that is not whole, an array that grows with what has come up to {@link
 * HeadLimits#headBytes}; between two heads, none. The connection's thread.
 */
public final class ResponseHeadReader {
  private final StatusLine statusLine = new StatusLine();
  private final HeadScanner head;

  private @Nullable MalformedMessage malformed;

  /**
   * A reader for a new connection.
   *
   * @param limits of which that of the target does not matter
   */
  public ResponseHeadReader(HeadLimits limits) {
    head = new HeadScanner(limits, MessageKind.RESPONSE, statusLine);
  }

  /**
   * Takes bytes up to the end of a head and none behind it. Once a head is whole, the next call
   * begins another; once it is malformed, it stays so.
   *
   * @param in stays the caller's
   */
  public Received<ResponseHead> read(ByteBuf in) {
    if (malformed != null) {
      return new Received.Malformed<>(malformed);
    }
    if (head.scan(in)) {
      ResponseHead whole = statusLine.head(head.bytes(), head.fields());
      head.reset();
      return new Received.Complete<>(whole);
    }
    malformed = head.problem();
    if (malformed == null) {
      return new Received.Incomplete<>();
    }
    head.reset();
    return new Received.Malformed<>(malformed);
  }

  /** Whether a head has begun and is not whole yet. */
  public boolean begun() {
    return head.begun();
  }
}
