package io.detour.rules.document;

import io.detour.rules.document.Node.Location;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text of a document, as bytes that are known to be UTF-8 without the characters that YAML 1.2
 * forbids (section 5.1).
 */
final class Source {
  /** Characters that are checked in one go. */
  private static final int CHUNK = 8192;

  private final byte[] bytes;

  private Source(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The text of a file. */
  static @Nullable Source load(Path path, Problems problems) {
    byte[] bytes;
    try {
      bytes = RegularFile.read(path, Document.MAX_BYTES);
    } catch (IOException e) {
      problems.add(Location.FILE, "cannot be read: " + RegularFile.reason(e));
      return null;
    }
    if (bytes.length > Document.MAX_BYTES) {
      problems.add(Location.FILE, "is larger than " + (Document.MAX_BYTES >> 20) + " MiB");
      return null;
    }
    return of(bytes, problems);
  }

  /** A text, or null if it is none; why has been added to the problems. */
  static @Nullable Source of(String text, Problems problems) {
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return of(bytes, problems);
    } catch (CharacterCodingException e) {
      problems.add(Location.FILE, "has half of a surrogate pair");
      return null;
    }
  }

  private static @Nullable Source of(byte[] bytes, Problems problems) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer chunk = CharBuffer.allocate(CHUNK);
    CoderResult end;
    do {
      chunk.clear();
      int begin = in.position();
      end = decoder.decode(in, chunk, true);
      chunk.flip();
      int allowed = allowed(chunk);
      if (allowed < chunk.length()) {
        CharBuffer before = chunk.subSequence(0, allowed);
        int offset = begin + StandardCharsets.UTF_8.encode(before).remaining();
        problems.add(
            new Positions(bytes).at(offset),
            String.format("character U+%04X is not allowed", (int) chunk.charAt(allowed)));
        return null;
      }
    } while (end.isOverflow());
    if (end.isError()) {
      problems.add(new Positions(bytes).at(in.position()), "not UTF-8 text");
      return null;
    }
    return new Source(bytes);
  }

  private static int allowed(CharBuffer chunk) {
    char[] chars = chunk.array();
    int length = chunk.length();
    for (int i = 0; i < length; i++) {
      char c = chars[i];
      boolean plain = c >= ' ' && c <= '~';
      if (!plain && !isAllowed(c)) {
        return i;
      }
    }
    return length;
  }

  /** Halves of surrogate pairs have come out of a decoder, in pairs. */
  private static boolean isAllowed(char c) {
    return c == '\n' || c == '\r' || c == '\t' || c == 0x85 || (c >= 0xa0 && c <= 0xfffd);
  }

  byte[] bytes() {
    return bytes;
  }

  Reader reader() {
    return new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8);
  }

  /** The text of a line, without its end; empty if there is none with this number, from 1. */
  String line(int number) {
    int begin = begin(number);
    int end = begin;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    return new String(bytes, begin, end - begin, StandardCharsets.UTF_8).stripTrailing();
  }

  /** The lines above one, the nearest first. */
  List<String> linesAbove(int number, int most) {
    List<String> lines = new ArrayList<>();
    int end = begin(number);
    while (end > 0 && lines.size() < most) {
      int begin = end - 1;
      while (begin > 0 && bytes[begin - 1] != '\n') {
        begin--;
      }
      lines.add(new String(bytes, begin, end - begin, StandardCharsets.UTF_8).stripTrailing());
      end = begin;
    }
    return lines;
  }

  /** Where a line begins, or the end if there is none with this number, from 1. */
  private int begin(int number) {
    int begin = 0;
    for (int line = 1; line < number && begin < bytes.length; begin++) {
      if (bytes[begin] == '\n') {
        line++;
      }
    }
    return begin;
  }

  /**
   * Turns places in UTF-8 bytes into lines and columns. Goes through the bytes once if it is asked
   * in the order of the text. For one thread.
   */
  static final class Positions {
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

    /** The place of the character that begins at a byte, or of the end. */
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
}
