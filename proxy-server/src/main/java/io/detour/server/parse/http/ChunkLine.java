package io.detour.server.parse.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The line before a chunk (RFC 9112 7.1): its size in hexadecimal, extensions, CRLF. Extensions are
 * held to their grammar and dropped, as RFC 9112 7.1.1 has it for those that are not known. White
 * space stands only where the grammar of extensions has BWS, and at the end of the line in
 * responses, since some origins reserve room for the size. One thread.
 */
final class ChunkLine {
  private enum Part {
    SIZE,
    BEFORE_SEMICOLON,
    BEFORE_NAME,
    NAME,
    AFTER_NAME,
    BEFORE_VALUE,
    VALUE,
    QUOTED,
    ESCAPED,
    AFTER_QUOTED,
    LINE_FEED,
    ENDED
  }

  /** As many as a long has. */
  private static final int MAX_DIGITS = 16;

  private static final int MAX_EXTENSION_BYTES = 256;

  static final String BARE_LF = "a line of a chunk ends with a bare LF";

  private static final String BAD_SIZE = "a chunk size is not a hexadecimal number below 2^63";
  private static final String BAD_EXTENSION = "a chunk extension is malformed";

  private final MessageKind kind;
  private Part part = Part.SIZE;
  private long size;
  private int digits;

  /** Whether there is an extension, and not only white space behind the size. */
  private boolean extended;

  private int extensionBytes;
  private @Nullable MalformedMessage problem;

  ChunkLine(MessageKind kind) {
    this.kind = kind;
  }

  /**
   * Takes bytes up to the end of the line.
   *
   * @return whether the line is whole: if not, more has to come or there is a {@link #problem}
   */
  boolean read(ByteBuf in) {
    while (part != Part.ENDED && problem == null && in.isReadable()) {
      byte octet = in.readByte();
      if (part == Part.SIZE) {
        part = size(octet);
      } else if (part == Part.LINE_FEED) {
        part = octet == Octets.LF ? Part.ENDED : fail("a line of a chunk ends without CRLF");
      } else {
        part = extension(octet);
      }
    }
    return part == Part.ENDED;
  }

  private Part size(byte octet) {
    int digit = hexadecimal(octet);
    if (digit >= 0) {
      if (++digits > MAX_DIGITS || size > Long.MAX_VALUE >> 4) {
        return fail(BAD_SIZE);
      }
      size = size << 4 | digit;
      return Part.SIZE;
    }
    return digits == 0 ? fail(BAD_SIZE) : extensionOrEnd(octet, Part.BEFORE_SEMICOLON, BAD_SIZE);
  }

  private static int hexadecimal(byte octet) {
    if (Octets.isDigit(octet)) {
      return octet - '0';
    }
    int letter = octet | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  }

  private Part extension(byte octet) {
    if (++extensionBytes > MAX_EXTENSION_BYTES) {
      return fail("the extensions of a chunk are longer than " + MAX_EXTENSION_BYTES + " bytes");
    }
    return switch (part) {
      case BEFORE_SEMICOLON -> beforeSemicolon(octet);
      case BEFORE_NAME -> Octets.isToken(octet) ? Part.NAME : stayIfBlank(octet);
      case NAME -> Octets.isToken(octet) ? Part.NAME : afterName(octet);
      case AFTER_NAME -> afterName(octet);
      case BEFORE_VALUE ->
          octet == '"' ? Part.QUOTED : Octets.isToken(octet) ? Part.VALUE : stayIfBlank(octet);
      case VALUE ->
          Octets.isToken(octet)
              ? Part.VALUE
              : extensionOrEnd(octet, Part.BEFORE_SEMICOLON, BAD_EXTENSION);
      case QUOTED -> quoted(octet);
      case ESCAPED -> Octets.isText(octet) ? Part.QUOTED : fail(BAD_EXTENSION);
      case AFTER_QUOTED -> extensionOrEnd(octet, Part.BEFORE_SEMICOLON, BAD_EXTENSION);
      case SIZE, LINE_FEED, ENDED -> part;
    };
  }

  private Part beforeSemicolon(byte octet) {
    return extensionOrEnd(octet, Part.BEFORE_SEMICOLON, extended ? BAD_EXTENSION : BAD_SIZE);
  }

  private Part afterName(byte octet) {
    return octet == '=' ? Part.BEFORE_VALUE : extensionOrEnd(octet, Part.AFTER_NAME, BAD_EXTENSION);
  }

  private Part quoted(byte octet) {
    return switch (octet) {
      case '"' -> Part.AFTER_QUOTED;
      case '\\' -> Part.ESCAPED;
      default -> Octets.isText(octet) ? Part.QUOTED : fail(BAD_EXTENSION);
    };
  }

  /**
   * What may follow a size, a name or a value, or white space behind one: in requests, that is
   * allowed only if an extension follows.
   */
  private Part extensionOrEnd(byte octet, Part blank, String otherwise) {
    boolean ends = blank != part || kind.isResponse();
    return switch (octet) {
      case ';' -> {
        extended = true;
        yield Part.BEFORE_NAME;
      }
      case Octets.CR -> ends ? Part.LINE_FEED : fail(otherwise);
      case Octets.LF -> ends && kind.isResponse() ? bareLineFeed() : fail(otherwise);
      case Octets.SPACE, Octets.TAB -> blank;
      default -> fail(otherwise);
    };
  }

  private Part bareLineFeed() {
    if (kind.isLenient()) {
      return Part.ENDED;
    }
    problem = kind.malformedUnlessLenient(BARE_LF);
    return part;
  }

  private Part stayIfBlank(byte octet) {
    return Octets.isBlank(octet) ? part : fail(BAD_EXTENSION);
  }

  private Part fail(String phrase) {
    problem = kind.malformed(phrase);
    return part;
  }

  /** Why the line is malformed, or null. */
  @Nullable MalformedMessage problem() {
    return problem;
  }

  /** Of a whole line. */
  long size() {
    return size;
  }

  /** Bytes between the size and the line's end, 0 if they are only white space. */
  int extensionBytes() {
    return extended ? extensionBytes : 0;
  }

  void reset() {
    part = Part.SIZE;
    size = 0;
    digits = 0;
    extended = false;
    extensionBytes = 0;
  }
}
