package io.detour.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as everywhere in Detour's configuration: {@code 512B}, {@code 256KiB}, {@code 1MiB}. */
final class SizeText {
  /** What {@link #parse} takes. */
  static final String EXPECTED = "a number with B, KiB, MiB or GiB, such as 256KiB";

  /** {@link #parse} found no size. */
  static final long NONE = -1;

  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)");
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private SizeText() {}

  /** Bytes, 0 or more, or {@link #NONE}. */
  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return NONE;
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "B" -> number;
      case "KiB" -> number * KIB;
      case "MiB" -> number * MIB;
      default -> number * GIB;
    };
  }

  /** The shortest text for a number of bytes, 0 or more. */
  static String of(long bytes) {
    if (bytes == 0 || bytes % KIB != 0) {
      return bytes + "B";
    }
    if (bytes % MIB != 0) {
      return bytes / KIB + "KiB";
    }
    return bytes % GIB == 0 ? bytes / GIB + "GiB" : bytes / MIB + "MiB";
  }
}
