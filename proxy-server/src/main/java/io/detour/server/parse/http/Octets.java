package io.detour.server.parse.http;

import java.util.Set;

/** Classes of octets in the grammar of RFC 9110 5.6 and RFC 5234. Any thread. */
final class Octets {
  static final byte CR = '\r';
  static final byte LF = '\n';
  static final byte SPACE = ' ';
  static final byte TAB = '\t';
  static final byte COLON = ':';

  private static final int DELETE = 0x7f;

  private static final boolean[] TOKEN = new boolean[256];
  private static final boolean[] VISIBLE = new boolean[256];
  private static final boolean[] TEXT = new boolean[256];

  static {
    for (int c = 0; c < 256; c++) {
      boolean letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
      boolean digit = c >= '0' && c <= '9';
      TOKEN[c] = letter || digit || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
      VISIBLE[c] = c > SPACE && c < DELETE;
      TEXT[c] = c == TAB || (c >= SPACE && c != DELETE);
    }
  }

  private Octets() {}

  /** The words of a text, all different. */
  static Set<String> words(String text) {
    return Set.of(text.split("\\s+"));
  }

  /** A character of a token: methods, field names, codings. */
  static boolean isToken(int octet) {
    return TOKEN[octet & 0xff];
  }

  /** VCHAR of RFC 5234: 0x21 to 0x7e. */
  static boolean isVisible(int octet) {
    return VISIBLE[octet & 0xff];
  }

  /** What a field value and a reason phrase hold: VCHAR, SP, HTAB and obs-text. */
  static boolean isText(int octet) {
    return TEXT[octet & 0xff];
  }

  /** SP or HTAB, which OWS and BWS are made of. */
  static boolean isBlank(int octet) {
    return octet == SPACE || octet == TAB;
  }

  static boolean isDigit(int octet) {
    return octet >= '0' && octet <= '9';
  }

  /** Whether a text is a token: not empty, and of its characters only. */
  static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0xff || !TOKEN[c]) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
