package io.detour.cli;

import java.util.Locale;

/** Numbers of things in words: {@code 1 rule}, {@code 12,345 requests}. */
final class Counted {
  private Counted() {}

  /** A number with commas between the thousands. */
  static String of(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** The same with a noun that takes an s. */
  static String of(long number, String noun) {
    return of(number) + " " + noun + (number == 1 ? "" : "s");
  }
}
