package io.detour.ops.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.ops.certificates.CertificatePlan.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CheckScheduleTest {
  private static final long START = 7;
  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3_600 * SECOND;

  private final CheckSchedule schedule = new CheckSchedule(Duration.ofHours(12), new Random(1));

  @Test
  void theFirstRoundIsSpreadOverAMinuteAndMoreForMany() {
    schedule.want(checks(100), START);

    List<Long> begun = times(START, START + 80 * SECOND);

    assertThat(begun).hasSize(100);
    assertThat(busiest(begun, SECOND)).isLessThan(10);
    assertThat(begun.getLast()).isGreaterThan(60 * SECOND);
  }

  @Test
  void laterRoundsAreSpreadAsTheFirstAndDriftApart() {
    schedule.want(checks(100), START);
    times(START, START + 80 * SECOND);

    List<Long> begun = times(START + 80 * SECOND, START + 14 * HOUR);

    assertThat(begun).hasSize(100);
    assertThat(begun.getFirst()).isGreaterThan(10 * HOUR);
    assertThat(busiest(begun, HOUR / 60)).isLessThan(10);
  }

  @Test
  void eachCheckComesOnceInAPeriod() {
    schedule.want(checks(20), START);

    Map<Check, Integer> begun = new HashMap<>();
    for (long now = START; now < START + 120 * HOUR; now += 10 * SECOND) {
      for (Check check = schedule.next(now); check != null; check = schedule.next(now)) {
        begun.merge(check, 1, Integer::sum);
      }
    }

    assertThat(begun).hasSize(20);
    assertThat(begun.values()).allMatch(times -> times >= 9 && times <= 12);
  }

  @Test
  void aChangeTouchesOnlyWhatChanges() {
    schedule.want(checks(3), START);
    assertThat(times(START, START + 80 * SECOND)).hasSize(3);

    Set<Check> gone = schedule.want(Set.of(check(2), check(3)), START + 80 * SECOND);

    assertThat(gone).containsExactlyInAnyOrder(check(0), check(1));
    assertThat(times(START + 80 * SECOND, START + 160 * SECOND)).hasSize(1);
    assertThat(times(START + 160 * SECOND, START + 14 * HOUR)).hasSize(2);
  }

  @Test
  void aShortPeriodIsNoLongerThanItself() {
    CheckSchedule often = new CheckSchedule(Duration.ofSeconds(1), new Random(1));
    often.want(checks(50), START);

    int begun = 0;
    while (often.next(START + SECOND) != null) {
      begun++;
    }
    assertThat(begun).isEqualTo(50);
  }

  private List<Long> times(long from, long to) {
    List<Long> times = new ArrayList<>();
    for (long now = from; now < to; now += SECOND / 10) {
      while (schedule.next(now) != null) {
        times.add(now - START);
      }
    }
    return times;
  }

  /** The most that fall into one of the equal parts of the time. */
  private static long busiest(List<Long> times, long part) {
    return times.stream()
        .collect(Collectors.groupingBy(time -> time / part, Collectors.counting()))
        .values()
        .stream()
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }

  private static Set<Check> checks(int count) {
    return IntStream.range(0, count)
        .mapToObj(CheckScheduleTest::check)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Check check(int number) {
    Host host = Host.parse("h" + number + ".old.test").orElseThrow();
    return new Check(
        new TargetCertificates.Place("r" + number, 0),
        "a.test",
        new Probe(new HostPort(host, 443), null, Set.of(), host, Probe.Depth.TLS));
  }
}
