package io.detour.server.connect;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the raw bytes of a request head for what Netty's decoder forgives, and what another
 * parser could read differently: a bare CR or LF (RFC 9112 2.2), a control character, and a folded
 * header line (RFC 9112 5.2). Passes the bytes on as they are, up to the first offence, which it
 * reports as a user event; what follows is dropped.
 */
final class HeadCheck extends ChannelInboundHandlerAdapter {
  /**
   * The head is not to be served.
   *
   * @param problem one phrase without any part of the input
   */
  record Malformed(String problem) {}

  private static final byte CR = '\r';
  private static final byte LF = '\n';
  private static final byte TAB = '\t';
  private static final byte SPACE = ' ';
  private static final byte DELETE = 0x7f;

  private byte previous = LF;
  private boolean inRequestLine = true;

  /** Bytes of the line so far, without its end. */
  private int lineBytes;

  /** The blank line behind the head was seen, or an offence. */
  private boolean done;

  private boolean offended;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (offended) {
      ReferenceCountUtil.release(message);
      return;
    }
    String problem = done || !(message instanceof ByteBuf bytes) ? null : check(bytes);
    if (problem == null) {
      context.fireChannelRead(message);
    } else {
      offended = true;
      ReferenceCountUtil.release(message);
      context.fireUserEventTriggered(new Malformed(problem));
    }
  }

  private @Nullable String check(ByteBuf bytes) {
    for (int i = bytes.readerIndex(); i < bytes.writerIndex() && !done; i++) {
      String problem = check(bytes.getByte(i));
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  private @Nullable String check(byte next) {
    byte before = previous;
    previous = next;
    if ((before == CR) != (next == LF)) {
      return "the request head has a CR or LF alone";
    }
    if (next == LF) {
      return endLine();
    }
    if (next == CR) {
      return null;
    }
    boolean tabInHeader = next == TAB && !inRequestLine;
    if ((next >= 0 && next < SPACE && !tabInHeader) || next == DELETE) {
      return "the request head has a control character";
    }
    if (lineBytes == 0 && (next == SPACE || next == TAB)) {
      return "a line of the request head begins with white space";
    }
    lineBytes++;
    return null;
  }

  /**
   * Empty lines before the request line are skipped (RFC 9112 2.2); one behind it ends the head.
   */
  private @Nullable String endLine() {
    if (lineBytes > 0) {
      inRequestLine = false;
      lineBytes = 0;
    } else {
      done = !inRequestLine;
    }
    return null;
  }
}
