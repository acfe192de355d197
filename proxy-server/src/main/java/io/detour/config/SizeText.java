package io.detour.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as everywhere in Detour's configuration: {@code 512B}, {@code 256KiB}, {@code 1MiB}. */
final class SizeText {
  /** What {@link #parse} takes. */
  static final String EXPECTED = "a number with B, KiB, MiB or GiB, such as 256KiB";

  /** {@link #parse} found no size. */
  static final long NONE = -1;

  private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)");

  /** Each is {@code 1 << UNIT_BITS} of the one before it. */
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB");

  private static final int UNIT_BITS = 10;

  private SizeText() {}

  /** Bytes, 0 or more, or {@link #NONE}. */
  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text);
    return matcher.matches()
        ? Long.parseLong(matcher.group(1)) << (UNIT_BITS * UNITS.indexOf(matcher.group(2)))
        : NONE;
  }

  /** The shortest text for a number of bytes, 0 or more. */
  static String of(long bytes) {
    int largest = Math.min(Long.numberOfTrailingZeros(bytes) / UNIT_BITS, UNITS.size() - 1);
    int unit = bytes == 0 ? 0 : largest;
    return (bytes >> (UNIT_BITS * unit)) + UNITS.get(unit);
  }
}
