package io.detour.server.decide;

import io.detour.core.Direction;
import io.detour.core.Host;
import io.detour.rules.FallbackError;
import io.detour.rules.Hop;
import io.detour.rules.Outcome;
import io.detour.rules.host.HostMatcher;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How much the rule of one name is used. Lives as long as the rule, through every reload, and for
 * as long as a tunnel that the rule decided. Any thread.
 *
 * <p>There may be a million of these objects, so the counts are fields and no objects of their own.
 */
public final class RuleUse {
  private static final VarHandle MATCHES = handle("matches", long.class);
  private static final VarHandle LAST_MATCH = handle("lastMatchSecond", long.class);
  private static final VarHandle UPSTREAM = handle("upstreamBytes", long.class);
  private static final VarHandle DOWNSTREAM = handle("downstreamBytes", long.class);
  private static final VarHandle REFUSALS = handle("suspectedTlsRefusals", long.class);
  private static final VarHandle NAMES = handle("names", SeenNames.class);
  private static final VarHandle TARGETS = handle("targets", TargetUse.class);

  private volatile long matches;
  private volatile long lastMatchSecond;
  private volatile long upstreamBytes;
  private volatile long downstreamBytes;
  private volatile long suspectedTlsRefusals;

  /** Made with the first dial for the rule: most rules of a large file are never used. */
  private volatile @Nullable TargetUse targets;

  /** Made when somebody wants to know them, and null for all other rules. */
  private volatile @Nullable SeenNames names;

  RuleUse() {}

  private static VarHandle handle(String field, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(RuleUse.class, field, type);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  public void matched(long epochSecond) {
    MATCHES.getAndAdd(this, 1L);
    long last = lastMatchSecond;
    while (last < epochSecond && !LAST_MATCH.compareAndSet(this, last, epochSecond)) {
      last = lastMatchSecond;
    }
  }

  /**
   * Keeps the name that a client asked for, if somebody wants to know and the rule does not name it
   * itself.
   */
  public void saw(HostMatcher matcher, Host name, long epochSecond) {
    SeenNames wanted = (SeenNames) NAMES.getOpaque(this);
    if (wanted != null && !(matcher instanceof HostMatcher.Exact)) {
      wanted.saw(name, epochSecond);
    }
  }

  /**
   * Names that clients have asked for and that the rule does not name itself: some of them if there
   * are many, and only since this was called for the first time.
   *
   * @param longAgo in seconds since 1970; names that were not seen since are forgotten
   * @param lately in seconds since 1970; when there are too many names, those that were not seen
   *     since make room
   */
  public Set<Host> seenNames(long longAgo, long lately) {
    SeenNames known = names;
    if (known == null) {
      names = new SeenNames();
      return Set.of();
    }
    known.forgetBefore(longAgo);
    Set<Host> seen = known.names();
    if (known.isFull()) {
      known.forgetBefore(lately);
    }
    return seen;
  }

  /** Counts a tunnel whose client has probably refused the certificate of a target. */
  public void suspectTlsRefusal() {
    REFUSALS.getAndAdd(this, 1L);
  }

  public long suspectedTlsRefusals() {
    return suspectedTlsRefusals;
  }

  /** Counts the bytes of a tunnel that the rule decided and that has ended. */
  public void relayed(long upstream, long downstream) {
    UPSTREAM.getAndAdd(this, upstream);
    DOWNSTREAM.getAndAdd(this, downstream);
  }

  public long matches() {
    return matches;
  }

  /** When it decided the latest of them, in seconds since 1970; 0 if it has decided none. */
  public long lastMatchSecond() {
    return lastMatchSecond;
  }

  /** Bytes delivered by tunnels that the rule decided and that have ended. */
  public long bytes(Direction direction) {
    return switch (direction) {
      case UPSTREAM -> upstreamBytes;
      case DOWNSTREAM -> downstreamBytes;
    };
  }

  /** How its targets have fared so far, for reading. */
  public TargetUse targetsSoFar() {
    TargetUse known = targets;
    return known == null ? TargetUse.NONE : known;
  }

  /** How its targets fare, for counting; made when it is asked for first. */
  public TargetUse targets() {
    TargetUse known = targets;
    if (known == null) {
      TARGETS.compareAndSet(this, null, new TargetUse());
      known = Objects.requireNonNull(targets);
    }
    return known;
  }

  /** How the targets of a rule fare. Any thread. */
  public static final class TargetUse {
    /** Of a rule none of whose targets was ever dialled. */
    static final TargetUse NONE = new TargetUse();

    /** The asked host, which a rule for failures tries first, and every target. */
    private static final int PLACES = 1 + Outcome.Rewrite.MAX_TARGETS;

    private final AtomicLongArray connected = new AtomicLongArray(PLACES);
    private final AtomicLongArray failed = new AtomicLongArray(PLACES);
    private final AtomicLongArray fallbacks = new AtomicLongArray(FallbackError.values().length);

    TargetUse() {}

    public void connected(int target) {
      connected.incrementAndGet(place(target));
    }

    public void failed(int target) {
      failed.incrementAndGet(place(target));
    }

    /** Counts a failure after which another target was tried. */
    public void fellBack(FallbackError error) {
      fallbacks.incrementAndGet(index(error));
    }

    public long connects(int target) {
      return connected.get(place(target));
    }

    public long failures(int target) {
      return failed.get(place(target));
    }

    /** How often another target was tried after a failure. */
    public long fallbacks(FallbackError error) {
      return fallbacks.get(index(error));
    }

    private static int place(int target) {
      return target - Hop.ASKED;
    }

    @SuppressWarnings("EnumOrdinal") // an array index of this process, never stored
    private static int index(FallbackError error) {
      return error.ordinal();
    }
  }

  /**
   * Names that clients have asked for, at most {@value #MAX_NAMES} of them. Any thread.
   *
   * <p>Event loops ask for every request of a rule, so nothing is written for a name that is known
   * and was seen in the same hour. When all places are taken, others are not kept until somebody
   * calls {@link #forgetBefore}: what is looked at does not change all the time.
   */
  static final class SeenNames {
    static final int MAX_NAMES = 16;

    private static final long SECONDS_PER_HOUR = 3_600;

    /** The hour in which each was seen last. */
    private final Map<Host, Long> hours = new ConcurrentHashMap<>(2 * MAX_NAMES);

    /** Keeps a name if there is room. */
    void saw(Host name, long epochSecond) {
      long hour = epochSecond / SECONDS_PER_HOUR;
      Long last = hours.get(name);
      if (last == null) {
        add(name, hour);
      } else if (last < hour) {
        hours.replace(name, last, hour);
      }
    }

    private void add(Host name, long hour) {
      if (isFull()) {
        return;
      }
      synchronized (this) {
        if (!isFull()) {
          hours.putIfAbsent(name, hour);
        }
      }
    }

    Set<Host> names() {
      return Set.copyOf(hours.keySet());
    }

    /** Whether others are not kept for lack of room. */
    boolean isFull() {
      return hours.size() >= MAX_NAMES;
    }

    /** Makes room: drops the names that were last seen in an hour that was over at a time. */
    void forgetBefore(long epochSecond) {
      hours.values().removeIf(hour -> hour < epochSecond / SECONDS_PER_HOUR);
    }
  }
}
