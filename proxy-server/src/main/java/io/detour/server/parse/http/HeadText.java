package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;

/** Bytes of a head that is being written, each checked on its way. One thread. */
final class HeadText {
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
