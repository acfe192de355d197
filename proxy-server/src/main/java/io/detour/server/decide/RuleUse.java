package io.detour.server.decide;

import io.detour.core.Direction;
import io.detour.core.Host;
import io.detour.rules.host.HostMatcher;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much the rule of one name is used. Lives as long as the rule, through every reload, and for
 * as long as a tunnel that the rule decided. Any thread.
 *
 * <p>Several event loops count here, so an addition is atomic: a few nanoseconds, and only for
 * requests that a rule decides. There may be a million of these objects, so the counts are fields
 * and no objects of their own.
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

  /**
   * Counts a request that the rule decided.
   *
   * @param epochSecond when, in seconds since 1970
   */
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
   *
   * @param matcher the one that matched it
   * @param epochSecond when, in seconds since 1970
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

  /** Tunnels whose clients have probably refused the certificate of a target. */
  public long suspectedTlsRefusals() {
    return suspectedTlsRefusals;
  }

  /**
   * Counts the bytes of a tunnel that the rule decided and that has ended.
   *
   * @param upstream delivered to the upstream host
   * @param downstream delivered to the client
   */
  public void relayed(long upstream, long downstream) {
    UPSTREAM.getAndAdd(this, upstream);
    DOWNSTREAM.getAndAdd(this, downstream);
  }

  /** Requests that the rule decided. */
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
}
