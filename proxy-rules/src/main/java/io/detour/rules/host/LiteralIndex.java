package io.detour.rules.host;

import io.detour.rules.host.RegexLiterals.LiteralSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Of many regular expressions, finds the few that a host could match, by the texts that {@link
 * RegexLiterals} knows of each. Immutable; any thread.
 *
 * <p>Of each alternative one stretch of up to {@value HostGrams#LONGEST} characters, its
 * <i>gram</i>, is looked up: the one that the fewest expressions share. Those found are candidates
 * if their other texts stand in the host too; an expression without a known text always is one.
 */
public final class LiteralIndex<T> implements HostGrams.Admission {
  /** An expression that compiles and what it stands for; candidates come by their order. */
  public record Entry<T>(String regex, T value, long order) {}

  private record Known<T>(T value, long order, RegexLiterals literals) {}

  private final List<Known<T>> known;
  private final HostGrams grams;

  /** A bit for each of {@link #known} that no gram can find. */
  private final long[] always;

  private final boolean anyAlways;

  private LiteralIndex(List<Known<T>> known, HostGrams grams, long[] always) {
    this.known = known;
    this.grams = grams;
    this.always = always;
    this.anyAlways = Arrays.stream(always).anyMatch(bits -> bits != 0);
  }

  /** An index of these expressions. */
  public static <T> LiteralIndex<T> build(List<Entry<T>> entries) {
    List<Known<T>> known =
        entries.stream()
            .sorted(Comparator.comparingLong(Entry::order))
            .map(
                entry -> new Known<>(entry.value(), entry.order(), RegexLiterals.of(entry.regex())))
            .toList();
    Map<Integer, Integer> shares = shares(known);
    long[] always = new long[(known.size() + Long.SIZE - 1) / Long.SIZE];
    Map<Integer, List<Integer>> places = new HashMap<>();
    for (int i = 0; i < known.size(); i++) {
      for (LiteralSequence texts : known.get(i).literals().alternatives()) {
        if (texts.literals().isEmpty()) {
          always[i / Long.SIZE] |= 1L << i;
        } else if (HostGrams.canStandInHost(texts)) {
          int rarest = rarest(texts, shares);
          places.computeIfAbsent(rarest, gram -> new ArrayList<>()).add(i);
        }
      }
    }
    return new LiteralIndex<>(known, HostGrams.of(places), always);
  }

  /** How many expressions have each gram. */
  private static <T> Map<Integer, Integer> shares(List<Known<T>> known) {
    Map<Integer, Integer> shares = new HashMap<>();
    for (Known<T> one : known) {
      Set<Integer> grams = new HashSet<>();
      one.literals().alternatives().forEach(texts -> grams.addAll(HostGrams.gramsOf(texts)));
      grams.forEach(gram -> shares.merge(gram, 1, Integer::sum));
    }
    return shares;
  }

  private static int rarest(LiteralSequence texts, Map<Integer, Integer> shares) {
    return HostGrams.gramsOf(texts).stream()
        .min(
            Comparator.<Integer>comparingInt(gram -> shares.getOrDefault(gram, 0))
                .thenComparing(HostGrams::length, Comparator.reverseOrder()))
        .orElseThrow();
  }

  /** Whether all texts of an expression stand in a host. */
  @Override
  public boolean admits(int expression, String host) {
    return known.get(expression).literals().admit(host);
  }

  /** Whether there is any expression with a lower order, so that a lookup may find something. */
  public boolean hasAny(long before) {
    return !known.isEmpty() && known.getFirst().order() < before;
  }

  /** The expressions that a host could match, in order, or null if there are none. */
  @Nullable
  public Candidates<T> candidates(String host) {
    long @Nullable [] found = grams.find(host, always, this);
    if (found == null) {
      if (!anyAlways) {
        return null;
      }
      found = always;
    }
    return new Candidates<>(known, found);
  }

  /** {@code while (candidates.advance(before)) use(candidates.value())}. For one thread. */
  public static final class Candidates<T> {
    private final List<Known<T>> known;
    private final long[] found;
    private int next;
    private @Nullable Known<T> current;

    private Candidates(List<Known<T>> known, long[] found) {
      this.known = known;
      this.found = found;
    }

    /** Goes on to the next candidate with a lower order than one; false if there is none. */
    public boolean advance(long before) {
      int i = nextBit(next);
      if (i >= 0 && known.get(i).order() < before) {
        current = known.get(i);
        next = i + 1;
        return true;
      }
      next = found.length * Long.SIZE;
      current = null;
      return false;
    }

    /** The first bit that is set at or behind an index, or -1. */
    private int nextBit(int from) {
      int word = from / Long.SIZE;
      if (word >= found.length) {
        return -1;
      }
      long bits = found[word] & (-1L << from);
      while (bits == 0) {
        if (++word == found.length) {
          return -1;
        }
        bits = found[word];
      }
      return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
    }

    /** What the candidate's expression stands for. */
    public T value() {
      if (current == null) {
        throw new IllegalStateException("no candidate (expected: advance has returned true)");
      }
      return current.value();
    }
  }
}
