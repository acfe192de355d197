package io.detour.server.dns;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the addresses of names under the name that was asked for, for the shortest time to live of
 * all records on the way to them, aliases too. Time and number are bounded: a client that asks for
 * ever new names under a wildcard must not fill the memory. The name that was not asked for longest
 * goes first. Names without an address are not kept: one that has just been created works at once.
 * For one event loop; {@code now} is as {@link System#nanoTime}.
 */
final class AddressCache {
  /** About 3 MB with one or two addresses each. */
  static final int MAX_NAMES = 10_000;

  static final int MAX_TTL_SECONDS = 300;

  private final Map<String, Entry> names = new LinkedHashMap<>(16, 0.75f, true);

  private record Entry(FamilyAnswers answers, long endNanos) {}

  @Nullable FamilyAnswers get(String name, long now) {
    Entry entry = names.get(name);
    if (entry == null) {
      return null;
    }
    if (entry.endNanos - now <= 0) {
      names.remove(name);
      return null;
    }
    return entry.answers;
  }

  void put(String name, FamilyAnswers answers, long ttlSeconds, long now) {
    if (ttlSeconds <= 0 || !answers.hasAddresses()) {
      return;
    }
    long ttlNanos = TimeUnit.SECONDS.toNanos(Math.min(ttlSeconds, MAX_TTL_SECONDS));
    names.put(name, new Entry(answers, now + ttlNanos));
    if (names.size() > MAX_NAMES) {
      names.remove(names.keySet().iterator().next());
    }
  }

  void clear() {
    names.clear();
  }

  int size() {
    return names.size();
  }
}
