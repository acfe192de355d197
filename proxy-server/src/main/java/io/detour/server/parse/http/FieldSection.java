package io.detour.server.parse.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Field lines and the blank line behind them, read strictly by RFC 9112 5 from an array that grows:
 * the name a token, the colon at once behind it, no folded line, no control character, each line
 * ended by CRLF. Only places are kept until the section is whole. One thread.
 *
 * <p>In responses, white space before the colon is dropped (RFC 9112 5.1), but for the fields that
 * frame them. Lenient ones may also have folded lines, read as one with a space (5.2), and lines
 * ended by LF alone (2.2).
 */
final class FieldSection {
  static final String BARE_CR_OR_LF = "the head has a CR or LF alone";
  static final String BARE_LF = "the head has a bare LF";
  static final String CONTROL_CHARACTER = "the head has a control character";

  private enum Part {
    LINE_START,
    NAME,
    BEFORE_COLON,
    BEFORE_VALUE,
    VALUE,
    LINE_FEED,
    LAST_LINE_FEED,
    ENDED
  }

  /** Of a line: where its name begins and ends, and where its value begins and ends. */
  private static final int PLACES = 4;

  /** Lines for which there is room at first. */
  private static final int DEFAULT_LINES = 16;

  private static final int[] NOTHING = {};

  private final int maxLines;
  private final MessageKind kind;

  private Part part = Part.LINE_START;
  private int[] places = NOTHING;

  /** Lines that have begun. */
  private int lines;

  private @Nullable MalformedMessage problem;

  FieldSection(int maxLines, MessageKind kind) {
    this.maxLines = maxLines;
    this.kind = kind;
  }

  /** As {@link StartLine} does; less than {@code to} behind the blank line or at a problem. */
  int scan(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && problem == null && part != Part.ENDED) {
      at =
          switch (part) {
            case LINE_START -> scanLineStart(bytes, at);
            case NAME -> scanName(bytes, at, to);
            case BEFORE_COLON -> scanBeforeColon(bytes, at, to);
            case BEFORE_VALUE -> scanBeforeValue(bytes, at, to);
            case VALUE -> scanValue(bytes, at, to);
            case LINE_FEED -> scanLineFeed(bytes, at, Part.LINE_START);
            case LAST_LINE_FEED -> scanLineFeed(bytes, at, Part.ENDED);
            case ENDED -> at;
          };
    }
    return at;
  }

  private int scanLineStart(byte[] bytes, int at) {
    byte octet = bytes[at];
    if (octet == Octets.CR) {
      part = Part.LAST_LINE_FEED;
      return at + 1;
    }
    if (octet == Octets.LF) {
      if (!kind.isLenient()) {
        return failUnlessLenient(BARE_LF, at);
      }
      part = Part.ENDED;
      return at + 1;
    }
    if (Octets.isBlank(octet)) {
      return beginFolded(at);
    }
    if (octet == Octets.COLON) {
      return fail("a field line has no name", at);
    }
    if (!Octets.isToken(octet)) {
      return failInName(octet, at);
    }
    if (lines == maxLines) {
      problem = kind.tooLarge("there are more than " + maxLines + " field lines (limits.fields)");
      return at;
    }
    int place = lines * PLACES;
    if (place == places.length) {
      places = Arrays.copyOf(places, Math.max(DEFAULT_LINES * PLACES, 2 * place));
    }
    lines++;
    places[place] = at;
    part = Part.NAME;
    return at + 1;
  }

  /** Goes on with the value of the line before; what stands between is taken out at the end. */
  private int beginFolded(int at) {
    if (lines == 0 || !kind.isLenient()) {
      String phrase = "a field line begins with white space";
      return lines == 0 ? fail(phrase, at) : failUnlessLenient(phrase, at);
    }
    part = Part.VALUE;
    return at + 1;
  }

  private int scanName(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isToken(bytes[at])) {
      at++;
    }
    if (at == to) {
      return at;
    }
    boolean blank = Octets.isBlank(bytes[at]) && kind.isResponse();
    if (bytes[at] != Octets.COLON && !blank) {
      return failInName(bytes[at], at);
    }
    places[lines * PLACES - 3] = at;
    part = blank ? Part.BEFORE_COLON : Part.BEFORE_VALUE;
    return at + 1;
  }

  private int scanBeforeColon(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isBlank(bytes[at])) {
      at++;
    }
    if (at == to) {
      return at;
    }
    if (bytes[at] != Octets.COLON) {
      return failInName(Octets.SPACE, at);
    }
    int start = places[lines * PLACES - 4];
    int end = places[lines * PLACES - 3];
    if (Framing.isFramingField(
        new String(bytes, start, end - start, StandardCharsets.ISO_8859_1))) {
      return fail("Content-Length or Transfer-Encoding has white space before its colon", at);
    }
    part = Part.BEFORE_VALUE;
    return at + 1;
  }

  private int scanBeforeValue(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isBlank(bytes[at])) {
      at++;
    }
    if (at < to) {
      places[lines * PLACES - 2] = at;
      part = Part.VALUE;
    }
    return at;
  }

  private int scanValue(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Octets.isText(bytes[at])) {
      at++;
    }
    if (at == to) {
      return at;
    }
    boolean lineFeed = bytes[at] == Octets.LF;
    if (bytes[at] != Octets.CR && !(lineFeed && kind.isLenient())) {
      return lineFeed ? failUnlessLenient(BARE_LF, at) : fail(CONTROL_CHARACTER, at);
    }
    int start = places[lines * PLACES - 2];
    int end = at;
    while (end > start && Octets.isBlank(bytes[end - 1])) {
      end--;
    }
    places[lines * PLACES - 1] = end;
    part = lineFeed ? Part.LINE_START : Part.LINE_FEED;
    return at + 1;
  }

  private int scanLineFeed(byte[] bytes, int at, Part next) {
    if (bytes[at] != Octets.LF) {
      return fail(BARE_CR_OR_LF, at);
    }
    part = next;
    return at + 1;
  }

  private int failInName(byte octet, int at) {
    return fail(
        switch (octet) {
          case Octets.LF -> BARE_CR_OR_LF;
          case Octets.CR -> "a field line has no colon";
          case Octets.SPACE, Octets.TAB -> "a field name has white space in it or behind it";
          default -> Octets.isText(octet) ? "a field name is not a token" : CONTROL_CHARACTER;
        },
        at);
  }

  private int fail(String phrase, int at) {
    problem = kind.malformed(phrase);
    return at;
  }

  private int failUnlessLenient(String phrase, int at) {
    problem = kind.malformedUnlessLenient(phrase);
    return at;
  }

  boolean ended() {
    return part == Part.ENDED;
  }

  /** Why the section is malformed, or null. */
  @Nullable MalformedMessage problem() {
    return problem;
  }

  /** The lines, once the section has ended. */
  FieldLines lines(byte[] bytes) {
    if (lines == 0) {
      return FieldLines.NONE;
    }
    String[] namesAndValues = new String[2 * lines];
    for (int i = 0; i < namesAndValues.length; i++) {
      int start = places[2 * i];
      namesAndValues[i] =
          new String(bytes, start, places[2 * i + 1] - start, StandardCharsets.ISO_8859_1);
    }
    if (kind.isLenient()) {
      unfold(namesAndValues);
    }
    return new FieldLines(namesAndValues);
  }

  /** RFC 9112 5.2: before anybody interprets a value. */
  private static void unfold(String[] namesAndValues) {
    for (int value = 1; value < namesAndValues.length; value += 2) {
      if (namesAndValues[value].indexOf('\n') >= 0) {
        namesAndValues[value] =
            namesAndValues[value]
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" "));
      }
    }
  }

  /** Makes it ready for another section and holds nothing. */
  void reset() {
    part = Part.LINE_START;
    places = NOTHING;
    lines = 0;
    problem = null;
  }
}
