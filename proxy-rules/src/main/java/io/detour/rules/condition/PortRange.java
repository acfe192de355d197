package io.detour.rules.condition;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;

/** Ports from one to another, both included: 1 to 65535. */
public record PortRange(int first, int last) {
  private static final Pattern RANGE = Pattern.compile("([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?");

  /**
   * @throws IllegalArgumentException if this is no range of ports
   */
  public PortRange {
    if (!HostPort.isPort(first) || !HostPort.isPort(last) || first > last) {
      throw new IllegalArgumentException(
          "ports: " + first + "-" + last + " (expected: 1..65535, the lower one first)");
    }
  }

  /** Reads {@code 443} or {@code 8000-8099}. */
  public static Parsed<PortRange> parse(String text) {
    Matcher range = RANGE.matcher(text);
    if (range.matches()) {
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (HostPort.isPort(first) && HostPort.isPort(last) && first <= last) {
        return Parsed.of(new PortRange(first, last));
      }
    }
    return Parsed.malformed(
        "port: " + Printable.quoted(text) + " (expected: 1..65535, or a range like 8000-8099)");
  }

  public boolean contains(int port) {
    return first <= port && port <= last;
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
