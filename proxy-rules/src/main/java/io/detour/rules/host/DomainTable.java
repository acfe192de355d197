package io.detour.rules.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values by domain name, found for every domain that a host lies in. Immutable.
 *
 * <p>A hash table of the domains written out. A host is read once from its end with a running hash,
 * one probe for each label, up to the labels of the longest domain. A lookup allocates nothing.
 */
public final class DomainTable<T> {
  private static final int MIN_CAPACITY = 8;
  private static final int HASH_FACTOR = 31;

  private final int[] hashes;
  private final @Nullable Object[] values;
  private final Function<T, String> nameOf;
  private final int mostLabels;

  /** A table of values by their canonical domains; those of one domain are joined in order. */
  public DomainTable(List<T> values, Function<T, String> nameOf, BinaryOperator<T> join) {
    int capacity =
        Math.max(MIN_CAPACITY, Integer.highestOneBit(Math.max(1, values.size()) * 2 - 1) << 1);
    this.hashes = new int[capacity];
    this.values = new Object[capacity];
    this.nameOf = nameOf;
    int most = 0;
    for (T value : values) {
      String name = nameOf.apply(value);
      most = Math.max(most, labels(name));
      put(value, name, join);
    }
    this.mostLabels = most;
  }

  private static int labels(String name) {
    int labels = 1;
    for (int i = 0; i < name.length(); i++) {
      labels += name.charAt(i) == '.' ? 1 : 0;
    }
    return labels;
  }

  private void put(T value, String name, BinaryOperator<T> join) {
    int hash = spread(hash(name));
    int slot = hash & hashes.length - 1;
    for (; values[slot] != null; slot = slot + 1 & hashes.length - 1) {
      T before = value(slot);
      if (hashes[slot] == hash && nameOf.apply(before).equals(name)) {
        values[slot] = join.apply(before, value);
        return;
      }
    }
    values[slot] = value;
    hashes[slot] = hash;
  }

  @SuppressWarnings("unchecked") // only put writes to the array
  private T value(int slot) {
    return (T) Objects.requireNonNull(values[slot]);
  }

  private static int hash(String name) {
    int hash = 0;
    for (int i = name.length() - 1; i >= 0; i--) {
      hash = extended(hash, name.charAt(i));
    }
    return hash;
  }

  /** The upper bits take part in choosing the slot. */
  private static int spread(int hash) {
    int spread = hash * 0x9E3779B9;
    return spread ^ spread >>> 15;
  }

  /** The domains that a name is below, the nearest first: {@code b.c}, {@code c}. */
  public static List<String> above(String name) {
    List<String> domains = new ArrayList<>();
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      domains.add(name.substring(dot + 1));
    }
    return domains;
  }

  /** The most labels that a domain of the table has; longer ends of a host need no probe. */
  public int mostLabels() {
    return mostLabels;
  }

  /** The hash of a text's end, given that of the end without its first character, or 0. */
  public static int extended(int hash, char first) {
    return HASH_FACTOR * hash + first;
  }

  /** The value of a domain, or null if the table does not have it. */
  @Nullable
  public T find(String name) {
    return find(name, 0, hash(name));
  }

  /** The value of a domain that a host lies in, or null if the table does not have it. */
  @Nullable
  public T find(String host, int at, int hash) {
    int spread = spread(hash);
    int length = host.length() - at;
    for (int slot = spread & hashes.length - 1; ; slot = slot + 1 & hashes.length - 1) {
      if (values[slot] == null) {
        return null;
      }
      if (hashes[slot] == spread) {
        T value = value(slot);
        String name = nameOf.apply(value);
        if (name.length() == length && host.endsWith(name)) {
          return value;
        }
      }
    }
  }
}
