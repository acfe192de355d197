package io.detour.ops.ledger;

import java.util.Comparator;

/**
 * What a row of the ledger is about.
 *
 * @param rule the name of a rule
 * @param host a legacy name, or {@link #OTHER}
 * @param client who used it, or {@link #OTHER}
 */
record EntryKey(String rule, String host, String client) implements Comparable<EntryKey> {
  /** Stands for the hosts and clients of all rows that were folded into one. */
  static final String OTHER = "(other)";

  /**
   * The order in which every Detour locks rows, so that none waits for another in a circle: the
   * folded row of a rule comes before its others, since folding adds to it what it takes from them.
   */
  private static final Comparator<EntryKey> LOCKING =
      Comparator.comparing(EntryKey::rule)
          .thenComparing(key -> !key.isOther())
          .thenComparing(EntryKey::host)
          .thenComparing(EntryKey::client);

  /** The row into which others of a rule are folded. */
  static EntryKey otherOf(String rule) {
    return new EntryKey(rule, OTHER, OTHER);
  }

  boolean isOther() {
    return host.equals(OTHER) && client.equals(OTHER);
  }

  @Override
  public int compareTo(EntryKey that) {
    return LOCKING.compare(this, that);
  }
}
