package io.detour.rules;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import com.google.re2j.Pattern;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a rule answers 503 on purpose: windows of equal length that begin at the times of a cron
 * line, in local time.
 *
 * <p>Windows that meet or overlap are one. When the clocks go forward, a window that would begin in
 * the hour that is left out begins right behind it; when they go back, one that begins in the hour
 * that comes twice begins the first time only. A window that has begun has its full length.
 *
 * <p>Immutable but for a memory of the last answer; any thread.
 */
public final class Brownout implements ParsedBrownout {
  /** The shortest window. */
  public static final Duration SHORTEST = Duration.ofMinutes(1);

  /** The longest window. */
  public static final Duration LONGEST = Duration.ofDays(1);

  /** So much of windows that never end is looked at once. */
  private static final long AHEAD_SECONDS = Duration.ofHours(1).toSeconds();

  private static final int MAX_CRON = 200;
  private static final String FIELDS = "minute hour day-of-month month day-of-week";
  private static final Pattern CRON = syntax();

  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

  /** A beginning of a cycle of leap years, from which each line that ever fires does so soon. */
  private static final LocalDateTime LONG_AGO = LocalDateTime.of(2000, 1, 1, 0, 0);

  private final String cron;
  private final Duration length;
  private final ZoneId zone;
  private final ExecutionTime times;

  /** The last answer; any thread replaces it. */
  private volatile Span span = new Span(0, 0, false);

  /**
   * A stretch of time in which the answer is the same.
   *
   * @param begin the first second since the epoch
   * @param end the first second behind it
   */
  private record Span(long begin, long end, boolean active) {}

  private Brownout(String cron, Duration length, ZoneId zone, ExecutionTime times) {
    this.cron = cron;
    this.length = length;
    this.zone = zone;
    this.times = times;
  }

  /**
   * Reads a cron line of five fields: minute, hour, day of month, month, day of week (0 to 7, where
   * 0 and 7 are Sunday). A field is {@code *}, a number, a name, a range, a list of these, or
   * {@code *} or a range with a step. When both days are restricted, either is enough.
   *
   * @param cron the line
   * @param length of each window, from {@link #SHORTEST} to {@link #LONGEST}
   * @param zone whose local time the line is in
   * @return a {@link Brownout}, or a {@link Malformed} that says what is wrong
   */
  public static ParsedBrownout parse(String cron, Duration length, ZoneId zone) {
    if (length.compareTo(SHORTEST) < 0 || length.compareTo(LONGEST) > 0) {
      return new Malformed("for: " + length.toSeconds() + "s (expected: 1m to 24h)");
    }
    String line = cron.strip();
    if (line.length() > MAX_CRON || !CRON.matches(line)) {
      return malformed(cron, "expected: " + FIELDS);
    }
    String[] fields = line.split("[ \t]+", -1);
    if (isPartlyRestricted(fields[2], fields[4]) || isPartlyRestricted(fields[4], fields[2])) {
      return malformed(cron, "expected: numbers instead of */, since both days are restricted");
    }
    ExecutionTime times;
    try {
      times = ExecutionTime.forCron(PARSER.parse(line.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      return malformed(cron, reason(e));
    }
    return times.nextExecution(LONG_AGO.atZone(ZoneOffset.UTC)).isEmpty()
        ? malformed(cron, "there is no such day")
        : new Brownout(line, length, zone, times);
  }

  /** Crons do not agree on whether a day of {@code *}{@code /2} is a restricted one. */
  private static boolean isPartlyRestricted(String field, String other) {
    return field.contains("*/") && !other.equals("*");
  }

  private static Pattern syntax() {
    String value = "(?:[0-9]{1,2}|[A-Za-z]{3})";
    String step = "(?:/[0-9]{1,2})?";
    String item = "(?:\\*" + step + "|" + value + "(?:-" + value + step + ")?)";
    String field = item + "(?:," + item + ")*";
    return Pattern.compile(field + "(?:[ \\t]+" + field + "){4}");
  }

  private static Malformed malformed(String cron, String reason) {
    return new Malformed("cron: " + Printable.quoted(cron) + " (" + reason + ")");
  }

  private static String reason(IllegalArgumentException e) {
    String message = e.getMessage();
    return message == null
        ? "expected: " + FIELDS
        : Printable.escaped(message.replace("Failed to parse cron expression. ", ""));
  }

  /** The cron line. */
  public String cron() {
    return cron;
  }

  /** The length of a window. */
  public Duration length() {
    return length;
  }

  /** Whether a time is in a window. */
  public boolean isActive(long epochSecond) {
    return at(epochSecond).active;
  }

  /**
   * When to try again.
   *
   * @return the second since the epoch at which the window of a time ends, or, if windows follow
   *     one another without end, a time in one of the next ones; the time itself if it is in no
   *     window
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
    LocalDateTime from = beginBefore(localEnd);
    if (from == null || epochSecond >= epochSecond(from) + length.toSeconds()) {
      LocalDateTime next = beginBehind(localEnd.minusSeconds(1));
      return new Span(epochSecond, next == null ? Long.MAX_VALUE : epochSecond(next), false);
    }
    long end = epochSecond(from) + length.toSeconds();
    LocalDateTime next = beginBehind(from);
    while (next != null && epochSecond(next) <= end && end < epochSecond + AHEAD_SECONDS) {
      end = epochSecond(next) + length.toSeconds();
      next = beginBehind(next);
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

  /** The second at which a window begins. */
  private long epochSecond(LocalDateTime local) {
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap()
        ? change.toEpochSecond()
        : ZonedDateTime.ofLocal(local, zone, null).toEpochSecond();
  }

  private @Nullable LocalDateTime beginBefore(LocalDateTime local) {
    return local(times.lastExecution(local.atZone(ZoneOffset.UTC)));
  }

  private @Nullable LocalDateTime beginBehind(LocalDateTime local) {
    return local(times.nextExecution(local.atZone(ZoneOffset.UTC)));
  }

  private static @Nullable LocalDateTime local(Optional<ZonedDateTime> time) {
    return time.map(ZonedDateTime::toLocalDateTime).orElse(null);
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
