package io.detour.server.decide;

import io.detour.core.Host;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Names that clients have asked for, at most {@value #MOST} of them. Any thread.
 *
 * <p>Written by event loops for every request of a rule, so a name that is known and was seen in
 * the same hour costs one opaque read and one comparison, and nothing is written. Names are kept by
 * their hash with linear probing. When all places are taken, others are not kept until somebody
 * calls {@link #forgetBefore}: what is looked at does not change all the time.
 */
final class SeenNames {
  /** How many names are kept. */
  static final int MOST = 16;

  private static final long SECONDS_PER_HOUR = 3_600;

  private final AtomicReferenceArray<@Nullable Seen> places = new AtomicReferenceArray<>(MOST);

  /**
   * A name.
   *
   * @param hour when it was last seen, in hours since 1970
   */
  private record Seen(Host name, long hour) {}

  /** Keeps a name if there is room. */
  void saw(Host name, long epochSecond) {
    long hour = epochSecond / SECONDS_PER_HOUR;
    int home = name.hashCode();
    int free = -1;
    for (int i = 0; i < MOST; i++) {
      int place = (home + i) & (MOST - 1);
      Seen seen = places.getOpaque(place);
      if (seen == null) {
        free = free < 0 ? place : free;
      } else if (seen.name().equals(name)) {
        if (seen.hour() < hour) {
          places.compareAndSet(place, seen, new Seen(name, hour));
        }
        return;
      }
    }
    if (free >= 0) {
      // Lost to another loop, the name is kept when it is seen again.
      places.compareAndSet(free, null, new Seen(name, hour));
    }
  }

  /** All names, each once. */
  Set<Host> names() {
    Set<Host> names = new LinkedHashSet<>();
    all().forEach(seen -> names.add(seen.name()));
    return names;
  }

  /** Whether others are not kept for lack of room. */
  boolean isFull() {
    return all().size() == MOST;
  }

  /** Makes room: drops the names that were last seen in an hour that was over at a time. */
  void forgetBefore(long epochSecond) {
    long hour = epochSecond / SECONDS_PER_HOUR;
    for (int place = 0; place < MOST; place++) {
      Seen seen = places.get(place);
      if (seen != null && seen.hour() < hour) {
        places.compareAndSet(place, seen, null);
      }
    }
  }

  private List<Seen> all() {
    List<Seen> all = new ArrayList<>(MOST);
    for (int place = 0; place < MOST; place++) {
      Seen seen = places.get(place);
      if (seen != null) {
        all.add(seen);
      }
    }
    return all;
  }
}
