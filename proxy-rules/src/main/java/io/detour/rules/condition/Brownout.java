package io.detour.rules.condition;

import io.detour.core.Parsed;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import org.jspecify.annotations.Nullable;

/**
 * When a rule answers 503 on purpose: windows of equal length that begin at the times of a cron
 * line, in local time. Immutable but for a memory of the last answer; any thread.
 *
 * <p>Windows that meet or overlap are one. When the clocks go forward, a window in the hour that is
 * left out begins right behind it; when they go back, one begins the first time only.
 */
public final class Brownout {
  /** The shortest window. */
  public static final Duration MIN_DURATION = Duration.ofMinutes(1);

  /** The longest window. */
  public static final Duration MAX_DURATION = Duration.ofDays(1);

  /** So much of windows that never end is looked at once. */
  private static final long AHEAD_SECONDS = Duration.ofHours(1).toSeconds();

  private final String cron;
  private final Duration length;
  private final ZoneId zone;
  private final CronLine times;

  /** The last answer; any thread replaces it. */
  private volatile Span span = new Span(0, 0, false);

  /** A stretch of time in which the answer is the same: epoch seconds, the end excluded. */
  private record Span(long begin, long end, boolean active) {}

  private Brownout(String cron, Duration length, ZoneId zone, CronLine times) {
    this.cron = cron;
    this.length = length;
    this.zone = zone;
    this.times = times;
  }

  /**
   * Reads a cron line: minute, hour, day of month, month, day of week, as in crontab(5).
   *
   * @param length of each window, from {@link #MIN_DURATION} to {@link #MAX_DURATION}
   * @param zone whose local time the line is in
   * @throws IllegalArgumentException if {@link #isLength} is false
   */
  public static Parsed<Brownout> parse(String cron, Duration length, ZoneId zone) {
    if (!isLength(length)) {
      throw new IllegalArgumentException("for: " + length + " (expected: 1m to 24h)");
    }
    return CronLine.parse(cron).map(times -> new Brownout(cron.strip(), length, zone, times));
  }

  /** Whether a window may be so long: {@link #MIN_DURATION} to {@link #MAX_DURATION}. */
  public static boolean isLength(Duration duration) {
    return duration.compareTo(MIN_DURATION) >= 0 && duration.compareTo(MAX_DURATION) <= 0;
  }

  public String cron() {
    return cron;
  }

  public Duration length() {
    return length;
  }

  /** Whether a time is in a window. */
  public boolean isActive(long epochSecond) {
    return at(epochSecond).active;
  }

  /**
   * The epoch second at which the window of a time ends, or one in a next window if they follow
   * without end; the time itself if it is in no window.
   */
  public long end(long epochSecond) {
    Span now = at(epochSecond);
    return now.active ? now.end : epochSecond;
  }

  private Span at(long epochSecond) {
    Span known = span;
    if (epochSecond < known.begin || epochSecond >= known.end) {
      known = find(epochSecond);
      span = known;
    }
    return known;
  }

  private Span find(long epochSecond) {
    LocalDateTime localEnd = localEnd(epochSecond);
    LocalDateTime from = times.lastBefore(localEnd);
    if (from == null || epochSecond >= epochSecond(from) + length.toSeconds()) {
      LocalDateTime next = times.firstBehind(localEnd.minusSeconds(1));
      return new Span(epochSecond, next == null ? Long.MAX_VALUE : epochSecond(next), false);
    }
    long end = epochSecond(from) + length.toSeconds();
    LocalDateTime next = times.firstBehind(from);
    while (next != null && epochSecond(next) <= end && end < epochSecond + AHEAD_SECONDS) {
      end = epochSecond(next) + length.toSeconds();
      next = times.firstBehind(next);
    }
    return new Span(epochSecond(from), end, true);
  }

  /** The local time before which all windows have begun that have begun at a time. */
  private LocalDateTime localEnd(long epochSecond) {
    Instant instant = Instant.ofEpochSecond(epochSecond);
    ZoneOffset offset = zone.getRules().getOffset(instant);
    LocalDateTime local = LocalDateTime.ofEpochSecond(epochSecond, 0, offset);
    ZoneOffsetTransition twice = zone.getRules().getTransition(local);
    return twice != null && twice.isOverlap() && !instant.isBefore(twice.getInstant())
        ? twice.getDateTimeBefore()
        : local.plusSeconds(1);
  }

  private long epochSecond(LocalDateTime local) {
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap()
        ? change.toEpochSecond()
        : ZonedDateTime.ofLocal(local, zone, null).toEpochSecond();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Brownout brownout
        && brownout.cron.equals(cron)
        && brownout.length.equals(length)
        && brownout.zone.equals(zone);
  }

  @Override
  public int hashCode() {
    return cron.hashCode() * 31 + length.hashCode();
  }

  /** As a rule file has it: {@code 0 10 * * 2 for 15m}. */
  @Override
  public String toString() {
    return cron + " for " + length.toMinutes() + "m";
  }
}
