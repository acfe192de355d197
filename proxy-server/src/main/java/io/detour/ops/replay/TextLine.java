package io.detour.ops.replay;

import io.detour.ops.replay.AccessLogReader.ParsedLine;
import io.detour.server.log.AccessLog;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line of the text format: a time, a level, what happened, and {@code key=value} pairs
 * whose values stand bare or in quotes, as {@link io.detour.server.log.EscapedEvent} writes them.
 */
final class TextLine {
  /** The events of the access log. */
  private static final List<String> EVENTS =
      List.of(AccessLog.DECISION, AccessLog.CLOSE, AccessLog.PROGRESS, AccessLog.SUPPRESSED);

  private static final int UNICODE_DIGITS = 4;

  private final String text;
  private int at;

  private TextLine(String text) {
    this.text = text;
  }

  static ParsedLine parse(long line, String text) {
    return new TextLine(text).read(line);
  }

  private ParsedLine read(long line) {
    Map<String, String> facts = new HashMap<>();
    int timeEnd = text.indexOf(' ');
    int levelEnd = timeEnd < 0 ? -1 : text.indexOf(' ', timeEnd + 1);
    if (levelEnd < 0) {
      return new ParsedLine.Strange("there is no time and level");
    }
    facts.put(AccessLog.Keys.TS, text.substring(0, timeEnd));
    at = levelEnd;
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    Optional<String> event = EVENTS.stream().filter(this::skip).findFirst();
    if (event.isEmpty()) {
      return new ParsedLine.Strange("it tells none of: " + String.join(", ", EVENTS));
    }
    while (at < text.length()) {
      int start = at;
      if (!readPair(facts)) {
        return new ParsedLine.Strange("character " + (start + 1) + " begins no new key=value");
      }
    }
    return LoggedRequest.of(line, event.get(), facts);
  }

  private boolean skip(String expected) {
    boolean there = text.startsWith(expected, at);
    at += there ? expected.length() : 0;
    return there;
  }

  /** A blank, a key, an equals sign and a value; a key stands once. */
  private boolean readPair(Map<String, String> facts) {
    int equals = text.indexOf('=', at);
    if (text.charAt(at) != ' ' || equals < 0) {
      return false;
    }
    String key = text.substring(at + 1, equals);
    String value = readValue(equals + 1);
    return value != null && !key.isEmpty() && facts.put(key, value) == null;
  }

  /** The value that begins at a character, or null if it is none; goes on behind it. */
  private @Nullable String readValue(int start) {
    if (start < text.length() && text.charAt(start) == '"') {
      return readQuoted(start + 1);
    }
    int blank = text.indexOf(' ', start);
    int end = blank < 0 ? text.length() : blank;
    if (end == start) {
      return null;
    }
    at = end;
    return text.substring(start, end);
  }

  private @Nullable String readQuoted(int start) {
    StringBuilder value = new StringBuilder();
    int i = start;
    while (i < text.length()) {
      char c = text.charAt(i++);
      if (c == '"') {
        at = i;
        return value.toString();
      }
      if (c != '\\') {
        value.append(c);
        continue;
      }
      int escape = i < text.length() ? text.charAt(i++) : -1;
      switch (escape) {
        case '"', '\\' -> value.append((char) escape);
        case 'n' -> value.append('\n');
        case 'r' -> value.append('\r');
        case 't' -> value.append('\t');
        case 'u' -> {
          int end = i + UNICODE_DIGITS;
          if (end > text.length()
              || !text.substring(i, end).chars().allMatch(HexFormat::isHexDigit)) {
            return null;
          }
          value.append((char) HexFormat.fromHexDigits(text, i, end));
          i = end;
        }
        default -> {
          return null;
        }
      }
    }
    return null;
  }
}
