package io.detour.server.parse.http;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads chunked content as RFC 9112 7.1 writes its grammar, line by line with regular expressions:
 * slow, and with nothing in common with the reader that it is compared with.
 *
 * @param content Latin-1
 * @param trailers names and values in turn
 * @param rest what stands behind the message
 */
record NaiveChunks(String content, List<String> trailers, String rest) {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final String BWS = "[ \t]*";
  private static final String QUOTED =
      "\"(?:[\t\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\t\\x20-\\x7e\\x80-\\xff])*\"";
  private static final Pattern CHUNK_LINE =
      Pattern.compile(
          "([0-9A-Fa-f]{1,16})((?:"
              + (BWS + ";" + BWS + TOKEN)
              + ("(?:" + BWS + "=" + BWS + "(?:" + TOKEN + "|" + QUOTED + "))?")
              + ")*)");
  private static final Pattern FIELD_LINE =
      Pattern.compile(
          ("(" + TOKEN + "):")
              + (BWS + "((?:[\\x21-\\x7e\\x80-\\xff]")
              + ("(?:[\t\\x20-\\x7e\\x80-\\xff]*[\\x21-\\x7e\\x80-\\xff])?)?)" + BWS));

  private static final int MAX_EXTENSION = 256;
  private static final int FREE_EXTENSIONS = 16384;

  /** The message that a text begins with, or null if it holds no whole one. */
  static @Nullable NaiveChunks parse(String text, HeadLimits limits) {
    StringBuilder content = new StringBuilder();
    int extensions = 0;
    int at = 0;
    while (true) {
      String line = line(text, at);
      if (line == null || line.length() > 16 + MAX_EXTENSION) {
        return null;
      }
      Matcher matcher = CHUNK_LINE.matcher(line);
      if (!matcher.matches() || matcher.group(2).length() > MAX_EXTENSION) {
        return null;
      }
      at += line.length() + 2;
      extensions += matcher.group(2).length();
      BigInteger size = new BigInteger(matcher.group(1), 16);
      if (extensions > FREE_EXTENSIONS + content.length() || size.bitLength() > 63) {
        return null;
      }
      if (size.signum() == 0) {
        return withTrailers(text, at, content.toString(), limits);
      }
      if (size.compareTo(BigInteger.valueOf(text.length() - at)) > 0) {
        return null;
      }
      int end = at + size.intValueExact();
      content.append(text, at, end);
      if (!text.startsWith("\r\n", end)) {
        return null;
      }
      at = end + 2;
    }
  }

  private static @Nullable NaiveChunks withTrailers(
      String text, int start, String content, HeadLimits limits) {
    List<String> trailers = new ArrayList<>();
    int at = start;
    while (true) {
      String line = line(text, at);
      if (line == null) {
        return null;
      }
      at += line.length() + 2;
      if (line.isEmpty()) {
        boolean fits = at - start <= limits.headBytes() && trailers.size() <= 2 * limits.fields();
        return fits ? new NaiveChunks(content, trailers, text.substring(at)) : null;
      }
      Matcher matcher = FIELD_LINE.matcher(line);
      if (!matcher.matches()) {
        return null;
      }
      trailers.add(matcher.group(1));
      trailers.add(matcher.group(2));
    }
  }

  /** To the next CRLF; null if there is none, or a CR or LF alone comes before. */
  private static @Nullable String line(String text, int start) {
    int end = text.indexOf('\n', start);
    boolean ends = end > start && text.indexOf('\r', start) == end - 1;
    return ends ? text.substring(start, end - 1) : null;
  }
}
