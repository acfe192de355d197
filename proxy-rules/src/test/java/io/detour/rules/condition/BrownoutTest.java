package io.detour.rules.condition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.detour.core.Parsed;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrownoutTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest(name = "{0} for {1} at {2}: until {3}")
  @CsvSource({
    "0 10 * * 2,        PT15M, 2026-11-24T10:00:00+01:00, 2026-11-24T10:15:00+01:00",
    "0 10 * * 2,        PT15M, 2026-11-24T10:14:59+01:00, 2026-11-24T10:15:00+01:00",
    "0 10 * * 2,        PT15M, 2026-11-24T10:15:00+01:00, -",
    "0 10 * * 2,        PT15M, 2026-11-24T09:59:59+01:00, -",
    "0 10 * * 2,        PT15M, 2026-11-23T10:00:00+01:00, -",
    "0 10 * * TUE,      PT15M, 2026-11-24T10:00:00+01:00, 2026-11-24T10:15:00+01:00",
    "0 10 * nov tue,    PT15M, 2026-11-24T10:00:00+01:00, 2026-11-24T10:15:00+01:00",
    "0 10 * * 7,        PT15M, 2026-11-22T10:00:00+01:00, 2026-11-22T10:15:00+01:00",
    "0 10 * * 0,        PT15M, 2026-11-22T10:00:00+01:00, 2026-11-22T10:15:00+01:00",
    "0 10 * * 5-7,      PT15M, 2026-11-22T10:00:00+01:00, 2026-11-22T10:15:00+01:00",
    "'0 8-18/2 * * *',  PT15M, 2026-11-22T12:00:00+01:00, 2026-11-22T12:15:00+01:00",
    "'5,35 10 * * *',   PT15M, 2026-11-22T10:40:00+01:00, 2026-11-22T10:50:00+01:00",
    "0 10 1 * 2,        PT15M, 2026-12-01T10:00:00+01:00, 2026-12-01T10:15:00+01:00",
    "0 10 3 * 2,        PT15M, 2026-12-03T10:00:00+01:00, 2026-12-03T10:15:00+01:00",
    "0 10 3 * 2,        PT15M, 2026-12-08T10:00:00+01:00, 2026-12-08T10:15:00+01:00",
    "0 10 3 * 2,        PT15M, 2026-12-04T10:00:00+01:00, -",
    "0 10 */2 * 1,      PT15M, 2026-11-23T10:00:00+01:00, 2026-11-23T10:15:00+01:00",
    "0 10 */2 * 1,      PT15M, 2026-11-25T10:00:00+01:00, -",
    "0 10 * * fri-sun,  PT15M, 2026-11-22T10:00:00+01:00, 2026-11-22T10:15:00+01:00",
    "'*/20 10 * * *',   PT15M, 2026-11-22T10:40:00+01:00, 2026-11-22T10:55:00+01:00",
    "0 10 31 * *,       PT15M, 2026-12-31T10:00:00+01:00, 2026-12-31T10:15:00+01:00",
    "0 10 31 * *,       PT15M, 2026-11-30T10:00:00+01:00, -",
    "0 0 29 2 *,        PT15M, 2028-02-29T00:00:00+01:00, 2028-02-29T00:15:00+01:00",
    "0 0 29 2 *,        PT15M, 2027-03-01T00:00:00+01:00, -",
    "50 23 * * *,       PT30M, 2026-11-22T00:19:59+01:00, 2026-11-22T00:20:00+01:00",
    "50 23 31 12 *,     PT30M, 2027-01-01T00:10:00+01:00, 2027-01-01T00:20:00+01:00",
    "0 0 * * *,         PT24H, 2026-11-22T23:59:59+01:00, 2026-11-24T00:00:00+01:00",
    "0 10 * * *,        PT15M, 2026-07-01T10:00:00+02:00, 2026-07-01T10:15:00+02:00",
  })
  void aWindowHasItsLength(String cron, Duration length, String at, String end) {
    Brownout brownout = brownout(cron, length, BERLIN);
    long time = second(at);

    if (end.equals("-")) {
      assertThat(brownout.isActive(time)).isFalse();
      assertThat(brownout.end(time)).isEqualTo(time);
    } else {
      assertThat(brownout.isActive(time)).isTrue();
      assertThat(brownout.end(time)).isEqualTo(second(end));
    }
  }

  @Test
  void whatBeginsInTheHourLeftOutBeginsBehindIt() {
    Brownout brownout = brownout("30 2 * * *", Duration.ofMinutes(15), BERLIN);

    assertThat(brownout.isActive(second("2026-03-29T01:59:59+01:00"))).isFalse();
    assertThat(brownout.isActive(second("2026-03-29T03:00:00+02:00"))).isTrue();
    assertThat(brownout.end(second("2026-03-29T03:00:00+02:00")))
        .isEqualTo(second("2026-03-29T03:15:00+02:00"));
    assertThat(brownout.isActive(second("2026-03-29T03:15:00+02:00"))).isFalse();
    assertThat(brownout.isActive(second("2026-03-29T03:30:00+02:00"))).isFalse();
  }

  @Test
  void whatBeginsInTheHourThatComesTwiceBeginsOnce() {
    Brownout brownout = brownout("30 2 * * *", Duration.ofMinutes(15), BERLIN);

    assertThat(brownout.isActive(second("2026-10-25T02:30:00+02:00"))).isTrue();
    assertThat(brownout.isActive(second("2026-10-25T02:45:00+02:00"))).isFalse();
    assertThat(brownout.isActive(second("2026-10-25T02:30:00+01:00"))).isFalse();
  }

  @Test
  void aWindowAcrossAClockChangeHasItsFullLength() {
    Brownout brownout = brownout("30 1 * * *", Duration.ofHours(2), BERLIN);

    assertThat(brownout.end(second("2026-03-29T01:30:00+01:00")))
        .isEqualTo(second("2026-03-29T04:30:00+02:00"));
    assertThat(brownout.end(second("2026-10-25T02:20:00+01:00")))
        .isEqualTo(second("2026-10-25T02:30:00+01:00"));
  }

  @Test
  void windowsThatOverlapAreOne() {
    Brownout endless = brownout("* * * * *", Duration.ofMinutes(5), BERLIN);
    Brownout joined = brownout("0,10,20 10 * * *", Duration.ofMinutes(10), BERLIN);
    long ten = second("2026-11-24T10:00:00+01:00");

    for (long time = ten; time < ten + 7200; time += 7) {
      assertThat(endless.isActive(time)).isTrue();
      assertThat(endless.end(time)).isBetween(time + 1, time + 3600 + 300);
    }
    assertThat(joined.end(ten)).isEqualTo(ten + 1800);
    assertThat(joined.isActive(ten + 1799)).isTrue();
    assertThat(joined.isActive(ten + 1800)).isFalse();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiterString = " = ",
      value = {
        "0 0 30 2 * = there is no such day",
        "0 0 31 4,6 * = there is no such day",
        "60 * * * * = minute: 60, expected: *, 0..59, a range, a list or */N",
        "0 10 * * 8 = day of week: 8, expected: *, 0..7, a range, a list or */N",
        "0 10 * * = expected: minute hour day-of-month month day-of-week",
        "0 10 * * 2 2026 = expected: minute hour day-of-month month day-of-week",
        "@daily = expected: minute hour day-of-month month day-of-week",
        "0 10 ? * 2 = day of month: ?, expected: *, 1..31, a range, a list or */N",
        "0 10 L * * = day of month: L, expected: *, 1..31, a range, a list or */N",
        "0 10 0 * * = day of month: 0, expected: *, 1..31, a range, a list or */N",
        "0 10 * fob * = month: fob, expected: *, 1..12, a range, a list or */N",
        "5/15 * * * * = minute: 5/15, expected: *, 0..59, a range, a list or */N",
        "*/0 * * * * = minute: */0, expected: *, 0..59, a range, a list or */N",
        "0 22-2 * * * = hour: 22-2, expected: *, 0..23, a range, a list or */N",
        "0 10, * * * = hour: 10,, expected: *, 0..23, a range, a list or */N",
        "0 10 * * sat-mon = day of week: sat-mon, expected: *, 0..7, a range, a list or */N",
      })
  void whatIsNoScheduleSaysWhy(String cron, String reason) {
    assertThat(Brownout.parse(cron, Duration.ofMinutes(5), BERLIN))
        .isEqualTo(Parsed.malformed("cron: \"" + cron + "\" (" + reason + ")"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT59S", "PT24H1S", "PT0S", "PT-5M"})
  void theLengthHasBounds(String length) {
    Duration duration = Duration.parse(length);

    assertThat(Brownout.isLength(duration)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Brownout.parse("0 10 * * *", duration, BERLIN))
        .withMessage("for: " + duration + " (expected: 1m to 24h)");
  }

  @Test
  void anyTextIsAScheduleOrMalformed() {
    Random random = new Random(20261121);
    List<String> words =
        List.of("*", "/", "-", ",", "1", "7", "31", "59", "mon", "JAN", " ", "xyz");
    int schedules = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder cron = new StringBuilder();
      for (int field = 0; field < 5; field++) {
        cron.append(random.nextInt(4) == 0 ? "1" : "*");
        for (int n = random.nextInt(3); n > 0; n--) {
          cron.append(words.get(random.nextInt(words.size())));
        }
        cron.append(' ');
      }
      Parsed<Brownout> parsed = Brownout.parse(cron.toString(), Duration.ofMinutes(5), BERLIN);
      schedules += parsed instanceof Parsed.Value<Brownout> ? 1 : 0;
    }
    assertThat(schedules).isBetween(100, 19_000);
  }

  /** 300 random lines, each compared at 50 times with a look at every minute before. */
  @Test
  void isActiveWhenAMinuteOfTheLineIsNotLongerAgoThanTheLength() {
    Random random = new Random(20261121);
    int active = 0;
    for (int i = 0; i < 300; i++) {
      ZoneId zone = ZoneId.of(List.of("Europe/Berlin", "UTC", "Australia/Lord_Howe").get(i % 3));
      RandomLine line = RandomLine.random(random);
      Duration length = Duration.ofMinutes(1 + random.nextInt(i % 2 == 0 ? 60 : 1440));
      if (!(Brownout.parse(line.text(), length, zone) instanceof Parsed.Value(Brownout brownout))) {
        continue;
      }
      for (int j = 0; j < 50; j++) {
        long time = aTime(random, zone, j);
        boolean expected = line.beginsWithin(time - length.toSeconds() + 1, time, zone);
        assertThat(brownout.isActive(time))
            .as(
                "%s in %s at %s",
                brownout, zone, OffsetDateTime.ofInstant(Instant.ofEpochSecond(time), zone))
            .isEqualTo(expected);
        active += expected ? 1 : 0;
      }
    }
    assertThat(active).isBetween(1_000, 14_000);
  }

  /** Half of them are within two hours of a change of the clocks. */
  private static long aTime(Random random, ZoneId zone, int i) {
    long time = second("2026-01-01T00:00:00Z") + random.nextInt(2 * 365 * 86_400);
    ZoneOffsetTransition change = zone.getRules().nextTransition(Instant.ofEpochSecond(time));
    return i % 2 == 0 || change == null
        ? time
        : change.toEpochSecond() + random.nextInt(4 * 3600) - 2 * 3600;
  }

  /** A line, and the sets of numbers that its fields stand for. */
  private record RandomLine(String text, List<TreeSet<Integer>> fields) {
    private static final int[][] RANGES = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}};

    static RandomLine random(Random random) {
      StringBuilder text = new StringBuilder();
      List<TreeSet<Integer>> fields = new ArrayList<>();
      for (int[] range : RANGES) {
        TreeSet<Integer> field = new TreeSet<>();
        int low = range[0] + random.nextInt(range[1] - range[0] + 1);
        int high = low + random.nextInt(range[1] - low + 1);
        int step = 1;
        switch (random.nextInt(5)) {
          case 0 -> {
            text.append(low).append(',').append(high).append(' ');
            step = Math.max(1, high - low);
          }
          case 1 -> text.append(low).append('-').append(high).append(' ');
          case 2 -> {
            step = 1 + random.nextInt(5);
            text.append(low).append('-').append(high).append('/').append(step).append(' ');
          }
          default -> {
            text.append("* ");
            low = range[0];
            high = range[1];
          }
        }
        for (int value = low; value <= high; value += step) {
          field.add(value);
        }
        fields.add(field);
      }
      return new RandomLine(text.toString().strip(), fields);
    }

    boolean beginsWithin(long first, long last, ZoneId zone) {
      LocalDateTime from =
          LocalDateTime.ofEpochSecond(first - 4 * 3600, 0, ZoneOffset.ofHours(0))
              .plusSeconds(zone.getRules().getStandardOffset(Instant.EPOCH).getTotalSeconds())
              .withSecond(0);
      for (LocalDateTime minute = from; ; minute = minute.plusMinutes(1)) {
        long begin = begin(minute, zone);
        if (begin > last) {
          return false;
        }
        if (begin >= first && has(minute)) {
          return true;
        }
      }
    }

    private static long begin(LocalDateTime minute, ZoneId zone) {
      ZoneOffsetTransition change = zone.getRules().getTransition(minute);
      return change == null
          ? minute.toEpochSecond(zone.getRules().getOffset(minute))
          : change.isGap()
              ? change.toEpochSecond()
              : minute.toEpochSecond(change.getOffsetBefore());
    }

    private boolean has(LocalDateTime minute) {
      LocalDate day = minute.toLocalDate();
      boolean dayOfMonth = fields.get(2).contains(day.getDayOfMonth());
      boolean dayOfWeek = fields.get(4).contains(day.getDayOfWeek().getValue() % 7);
      String[] texts = text.split(" ", -1);
      boolean anyDay = texts[2].equals("*") || texts[4].equals("*");
      boolean onDay = anyDay ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek;
      return onDay
          && fields.get(3).contains(day.getMonthValue())
          && fields.get(1).contains(minute.getHour())
          && fields.get(0).contains(minute.getMinute());
    }
  }

  private static Brownout brownout(String cron, Duration length, ZoneId zone) {
    return Brownout.parse(cron, length, zone).orElseThrow();
  }

  private static long second(String time) {
    return OffsetDateTime.parse(time).toEpochSecond();
  }
}
