package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes messages from parsed values in ISO-8859-1, so that bytes above 0x7f in values are what
 * they were. What would not be read again as the same message, such as a value with CR, is an
 * {@link IllegalArgumentException}: a bug; nothing is written then. Any thread.
 */
public final class MessageWriter {
  private static final String VERSION = "HTTP/1.";

  /** Spaces, version, status and line ends. */
  private static final int START_LINE_BYTES = 32;

  private static final int CRLF = Octets.CR << 8 | Octets.LF;
  private static final int HEXADECIMAL = 16;

  private MessageWriter() {}

  /** Writes a request head. */
  public static void write(RequestHead head, ByteBuf out) {
    int startLine = head.method().length() + head.target().length() + START_LINE_BYTES;
    new HeadText(startLine, head.fields())
        .token(head.method())
        .octet(Octets.SPACE)
        .target(head.target())
        .octet(Octets.SPACE)
        .text(VERSION)
        .octet(minorVersion(head.minorVersion()))
        .lineEnd()
        .fields(head.fields())
        .writeTo(out);
  }

  /** Writes a response head. */
  public static void write(ResponseHead head, ByteBuf out) {
    if (head.status() < 100 || head.status() > 999) {
      throw new IllegalArgumentException("status: " + head.status() + " (expected: 100..999)");
    }
    new HeadText(head.reason().length() + START_LINE_BYTES, head.fields())
        .text(VERSION)
        .octet(minorVersion(head.minorVersion()))
        .octet(Octets.SPACE)
        .text(Integer.toString(head.status()))
        .octet(Octets.SPACE)
        .text(head.reason())
        .lineEnd()
        .fields(head.fields())
        .writeTo(out);
  }

  private static int minorVersion(int minor) {
    if (minor != 0 && minor != 1) {
      throw new IllegalArgumentException("minor version: " + minor + " (expected: 0 or 1)");
    }
    return '0' + minor;
  }

  /** Writes what stands before a chunk: its size, not 0, since an empty chunk is the last. */
  public static void chunkStart(long bytes, ByteBuf out) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes of a chunk: " + bytes + " (expected: 1 or more)");
    }
    ByteBufUtil.writeAscii(out, Long.toString(bytes, HEXADECIMAL));
    out.writeShort(CRLF);
  }

  /** Writes what stands behind a chunk. */
  public static void chunkEnd(ByteBuf out) {
    out.writeShort(CRLF);
  }

  /** Writes the last chunk and the trailer section. */
  public static void lastChunk(FieldLines trailers, ByteBuf out) {
    new HeadText(START_LINE_BYTES, trailers).octet('0').lineEnd().fields(trailers).writeTo(out);
  }

  /** Bytes of a head that is being written, each checked on its way. One thread. */
  static final class HeadText {
    private static final int FIELD_OVERHEAD = ": \r\n".length();

    private final byte[] bytes;
    private int length;

    /**
     * @param startLineBytes at least as many as the start line and the blank line take
     */
    HeadText(int startLineBytes, FieldLines fields) {
      int size = startLineBytes;
      for (int line = 0; line < fields.size(); line++) {
        size += fields.name(line).length() + fields.value(line).length() + FIELD_OVERHEAD;
      }
      bytes = new byte[size];
    }

    HeadText token(String text) {
      if (!Octets.isToken(text)) {
        throw new IllegalArgumentException("a method or a field name is not a token");
      }
      return copy(text);
    }

    HeadText target(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c > 0xff || !Octets.isVisible(c)) {
          throw new IllegalArgumentException("a request target is not visible ASCII");
        }
      }
      if (text.isEmpty()) {
        throw new IllegalArgumentException("a request target is empty");
      }
      return copy(text);
    }

    /** A value or a reason; white space around it would not be read as part of it. */
    HeadText text(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c > 0xff || !Octets.isText(c)) {
          throw new IllegalArgumentException(
              "a value has a control character or one beyond ISO-8859-1");
        }
      }
      return copy(text);
    }

    private HeadText copy(String text) {
      for (int i = 0; i < text.length(); i++) {
        bytes[length++] = (byte) text.charAt(i);
      }
      return this;
    }

    HeadText octet(int octet) {
      bytes[length++] = (byte) octet;
      return this;
    }

    HeadText lineEnd() {
      return octet(Octets.CR).octet(Octets.LF);
    }

    /** The field lines and the blank line. */
    HeadText fields(FieldLines fields) {
      for (int line = 0; line < fields.size(); line++) {
        token(fields.name(line)).octet(Octets.COLON).octet(Octets.SPACE);
        text(fields.value(line)).lineEnd();
      }
      return lineEnd();
    }

    void writeTo(ByteBuf out) {
      out.writeBytes(bytes, 0, length);
    }
  }
}
