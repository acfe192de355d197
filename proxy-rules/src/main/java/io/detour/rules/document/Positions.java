package io.detour.rules.document;

/**
 * Turns places in UTF-8 bytes into lines and columns. Goes through the bytes once if it is asked in
 * the order of the text. For one thread.
 */
final class Positions {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final byte[] bytes;
  private int offset;
  private int line = 1;
  private int column = 1;

  Positions(byte[] bytes) {
    this.bytes = bytes;
    this.offset = textBegin(bytes);
  }

  /** Where the text begins: behind the byte order mark, if there is one. */
  static int textBegin(byte[] bytes) {
    for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
      if (bytes.length <= i || bytes[i] != BYTE_ORDER_MARK[i]) {
        return 0;
      }
    }
    return BYTE_ORDER_MARK.length;
  }

  /**
   * The place of the character that begins at a byte, or of the end.
   *
   * @param target not before what was asked for last
   */
  Location at(int target) {
    while (offset < target) {
      byte b = bytes[offset++];
      if (b == '\n' || (b == '\r' && (offset == bytes.length || bytes[offset] != '\n'))) {
        line++;
        column = 1;
      } else if ((b & 0xc0) != 0x80) {
        column++;
      }
    }
    return new Location(line, column);
  }
}
