package io.detour.rules.document;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a mapping may have.
 *
 * @param known read by this version
 */
public record Keys(List<String> known) {
  /** Longer words are not compared, since that takes time and memory by the square. */
  private static final int MAX_LENGTH = 200;

  /** Most changes of a letter that still count as a slip. */
  private static final int MAX_SLIPS = 2;

  /** Keys that are read. */
  public static Keys of(String... known) {
    return new Keys(List.of(known));
  }

  /** The word that was probably meant, or null. */
  public static @Nullable String closest(String word, Collection<String> words) {
    if (word.length() > MAX_LENGTH) {
      return null;
    }
    String closest = null;
    int fewest = Math.min(MAX_SLIPS, (word.length() - 1) / 2) + 1;
    for (String candidate : words) {
      if (Math.abs(candidate.length() - word.length()) >= fewest) {
        continue;
      }
      int slips = distance(word, candidate);
      if (slips < fewest) {
        fewest = slips;
        closest = candidate;
      }
    }
    return closest;
  }

  /** Letters to insert, remove, replace or swap with the next to make one word of the other. */
  private static int distance(String a, String b) {
    int[][] slips = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          slips[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int one = Math.min(slips[i - 1][j], slips[i][j - 1]) + 1;
        int least = Math.min(one, slips[i - 1][j - 1] + (same ? 0 : 1));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        slips[i][j] = swapped ? Math.min(least, slips[i - 2][j - 2] + 1) : least;
      }
    }
    return slips[a.length()][b.length()];
  }
}
