package io.detour.server.log;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.detour.core.Printable;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * The logback conversion word {@code %event}: the message and its key-values on one line, whatever
 * they hold.
 *
 * <p>{@code legacy name used client=10.20.1.9 rule=erp message="moved, see \"wiki\""}. A value of
 * letters, digits and a few harmless signs stands as it is, any other in quotes. Control, format
 * and separator characters become {@code \}{@code uXXXX} or a short escape.
 */
public final class EscapedEvent extends ClassicConverter {
  private static final String HARMLESS = "._-:/[]@+*";

  @Override
  public String convert(ILoggingEvent event) {
    StringBuilder line = new StringBuilder();
    @Nullable String message = event.getFormattedMessage();
    if (message != null) {
      message.codePoints().forEach(c -> appendVisible(line, c));
    }
    @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        line.append(' ');
        line.append(pair.key);
        line.append('=');
        appendValue(line, String.valueOf(pair.value));
      }
    }
    return line.toString();
  }

  private static void appendValue(StringBuilder line, String value) {
    if (!value.isEmpty() && value.codePoints().allMatch(EscapedEvent::standsBare)) {
      line.append(value);
      return;
    }
    line.append('"');
    value
        .codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                line.append('\\');
              }
              appendVisible(line, c);
            });
    line.append('"');
  }

  private static boolean standsBare(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || HARMLESS.indexOf(c) >= 0;
  }

  private static void appendVisible(StringBuilder line, int c) {
    switch (c) {
      case '\n' -> line.append("\\n");
      case '\r' -> line.append("\\r");
      case '\t' -> line.append("\\t");
      default -> Printable.append(line, c);
    }
  }
}
