package io.detour.server.connect;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the raw bytes of a request head for what Netty's decoder forgives, and what another
 * parser could read differently: a request line with other white space, a bare CR or LF (RFC 9112
 * 2.2), a control character, and a folded header line (RFC 9112 5.2). Passes the bytes on as they
 * are, up to the first offence, which it reports as a user event; what follows is dropped.
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

  private static final String MALFORMED_LINE = "the request line is not METHOD TARGET HTTP/VERSION";

  /** RFC 9112 2.3: in upper case. Which version it is, is not for this class to say. */
  private static final String PROTOCOL = "HTTP/";

  private byte previous = LF;
  private boolean inRequestLine = true;

  /** Of the request line: method, target and version stand between two single spaces. */
  private int spaces;

  private int wordBytes;

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
    return inRequestLine ? checkRequestLine(next) : null;
  }

  /** RFC 9112 3: one space between the three words. Netty's decoder takes any white space. */
  private @Nullable String checkRequestLine(byte next) {
    if (next == SPACE) {
      spaces++;
      boolean emptyWord = wordBytes == 0;
      wordBytes = 0;
      return emptyWord || spaces > 2 ? MALFORMED_LINE : null;
    }
    boolean inProtocol = spaces == 2 && wordBytes < PROTOCOL.length();
    boolean wrong = inProtocol && next != PROTOCOL.charAt(wordBytes);
    wordBytes++;
    return wrong ? MALFORMED_LINE : null;
  }

  /**
   * Empty lines before the request line are skipped (RFC 9112 2.2); one behind it ends the head.
   */
  private @Nullable String endLine() {
    if (lineBytes > 0) {
      if (inRequestLine && (spaces < 2 || wordBytes < PROTOCOL.length())) {
        return MALFORMED_LINE;
      }
      inRequestLine = false;
      lineBytes = 0;
    } else {
      done = !inRequestLine;
    }
    return null;
  }
}
