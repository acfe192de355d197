package io.detour.rules.host;

import io.detour.rules.host.RegexLiterals.LiteralSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of grams, and the search for all grams of a host in it. Immutable.
 *
 * <p>A gram is one to {@value #MAX_LENGTH} characters of a canonical host, or a sign for its
 * beginning or end, six bits each: the next one follows with a shift.
 */
final class HostGrams {
  /** Characters of the longest gram. */
  static final int MAX_LENGTH = 4;

  private static final int BITS = 6;
  private static final int BEGIN = 41;
  private static final int END = 42;

  /** For each ASCII character 1 to 40 if it stands in canonical hosts, or 0. */
  private static final byte[] SYMBOLS = symbols();

  /** How many low bits of a gram's hash say nothing about its place. */
  private final int shift;

  private final int[] keys;
  private final int[][] values;

  /** Selects the characters of a gram of each length that is in the table. */
  private final int[] masks;

  private HostGrams(int size, int[] masks) {
    this.shift = Integer.numberOfLeadingZeros(size) + 1;
    this.keys = new int[size];
    this.values = new int[size][0];
    this.masks = masks;
  }

  static HostGrams of(Map<Integer, List<Integer>> places) {
    int size = Math.max(16, Integer.highestOneBit(places.size()) * 8);
    int[] masks =
        places.keySet().stream()
            .mapToInt(HostGrams::length)
            .distinct()
            .map(length -> (1 << (length * BITS)) - 1)
            .toArray();
    HostGrams table = new HostGrams(size, masks);
    places.forEach(
        (gram, bits) -> table.put(gram, bits.stream().distinct().mapToInt(bit -> bit).toArray()));
    return table;
  }

  private void put(int gram, int[] bits) {
    int place = place(gram);
    while (keys[place] != 0) {
      place = (place + 1) & (keys.length - 1);
    }
    keys[place] = gram;
    values[place] = bits;
  }

  /** Fibonacci hashing: the highest bits of a product are the best mixed ones. */
  private int place(int gram) {
    return (gram * 0x9E3779B9) >>> shift;
  }

  long @Nullable [] find(String host, long[] base, Admission admission) {
    int[] grams = keys;
    long[] found = null;
    int length = host.length();
    for (int mask : masks) {
      int gram = BEGIN;
      for (int i = 0; i <= length; i++) {
        gram = (gram << BITS) | (i < length ? symbol(host.charAt(i)) : END);
        int place = place(gram & mask);
        if (grams[place] != 0) {
          found = withBits(found, base, gram & mask, place, host, admission);
        }
      }
    }
    return found;
  }

  private long @Nullable [] withBits(
      long @Nullable [] found,
      long[] base,
      int gram,
      int firstPlace,
      String host,
      Admission admission) {
    int place = firstPlace;
    while (keys[place] != gram) {
      if (keys[place] == 0) {
        return found;
      }
      place = (place + 1) & (keys.length - 1);
    }
    long[] bits = found;
    for (int bit : values[place]) {
      if (admission.admits(bit, host)) {
        bits = bits == null ? base.clone() : bits;
        bits[bit / Long.SIZE] |= 1L << bit;
      }
    }
    return bits;
  }

  /** Says whether what a gram stands for is worth a closer look. */
  interface Admission {
    boolean admits(int bit, String host);
  }

  /** Whether all these texts are made of the characters of canonical hosts. */
  static boolean canStandInHost(LiteralSequence texts) {
    return texts.literals().stream().allMatch(text -> text.chars().allMatch(c -> symbol(c) != 0));
  }

  /**
   * The grams by which a host can be found that has these texts: all of the longest kind, and for a
   * text that is shorter than those the text itself. Empty if no host can have the texts.
   */
  static List<Integer> gramsOf(LiteralSequence texts) {
    List<Integer> grams = new ArrayList<>();
    if (!canStandInHost(texts)) {
      return grams;
    }
    int last = texts.literals().size() - 1;
    for (int i = 0; i <= last; i++) {
      String text = texts.literals().get(i);
      boolean begins = texts.fromStart() && i == 0;
      boolean ends = texts.toEnd() && i == last;
      int length = text.length() + (begins ? 1 : 0) + (ends ? 1 : 0);
      int gram = begins ? BEGIN : 0;
      int read = begins ? 1 : 0;
      for (int j = 0; read < length; j++) {
        gram = (gram << BITS) | (j < text.length() ? symbol(text.charAt(j)) : END);
        gram &= (1 << (MAX_LENGTH * BITS)) - 1;
        read++;
        if (read >= Math.min(MAX_LENGTH, length)) {
          grams.add(gram);
        }
      }
    }
    return grams;
  }

  static int length(int gram) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(gram) + BITS - 1) / BITS;
  }

  private static int symbol(int c) {
    return c < SYMBOLS.length ? SYMBOLS[c] : 0;
  }

  private static byte[] symbols() {
    byte[] symbols = new byte[0x80];
    String characters = "abcdefghijklmnopqrstuvwxyz0123456789-_.:";
    for (int i = 0; i < characters.length(); i++) {
      symbols[characters.charAt(i)] = (byte) (i + 1);
    }
    return symbols;
  }
}
