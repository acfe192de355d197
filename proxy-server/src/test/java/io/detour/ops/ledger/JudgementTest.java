package io.detour.ops.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.ops.ledger.Judgement.Observation;
import io.detour.ops.ledger.Judgement.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgementTest {
  /** Now is second 0, and ten thousand seconds are asked about. */
  private static final long ASKED = 10_000;

  private static Observation observed(@Nullable String spans) {
    List<Observation.Span> read = new ArrayList<>();
    for (String span : spans == null ? new String[0] : spans.split(" ", -1)) {
      String[] ends = span.split("[.][.]", -1);
      read.add(new Observation.Span(Long.parseLong(ends[0]), Long.parseLong(ends[1])));
    }
    return Observation.of(read);
  }

  @ParameterizedTest(name = "last use {0}, observed {1}: {2} since {3}")
  @CsvSource({
    // Used: at the border, in the time, in the future.
    "-10000, -20000..0,              IN_USE,,               -20000",
    "-10001, -20000..0,              SAFE_TO_REMOVE, -10001, -20000",
    "-1,     -20000..0,              IN_USE,,               -20000",
    "5000,   -20000..0,              IN_USE,,               -20000",
    "-1,     ,                       IN_USE,,               ",
    // Observed: for exactly the time, and a second less.
    "-15000, -10000..0,              SAFE_TO_REMOVE, -15000, -10000",
    "-15000, -9999..0,               QUIET,          -15000, -9999",
    ",       -10000..0,              SAFE_TO_REMOVE, -10000, -10000",
    ",       -9999..0,               UNKNOWN,,              -9999",
    // Until now, but for the last five minutes.
    "-15000, -20000..-300,           SAFE_TO_REMOVE, -15000, -20000",
    "-15000, -20000..-301,           QUIET,          -15000, ",
    ",       -20000..-301,           UNKNOWN,,              ",
    // Detour was down: for five minutes, for a second more, often.
    "-15000, -20000..-5300 -5000..0, SAFE_TO_REMOVE, -15000, -20000",
    "-15000, -20000..-5301 -5000..0, QUIET,          -15000, -5000",
    "-15000, -20000..-7000 -6700..-4000 -3700..0, SAFE_TO_REMOVE, -15000, -20000",
    // Down before the time that is asked about.
    "-15000, -20000..-15000 -10000..0, SAFE_TO_REMOVE, -15000, -10000",
    // Two Detours: each looked for a part, or one of them is enough.
    "-15000, -20000..-5000 -5000..0, SAFE_TO_REMOVE, -15000, -20000",
    "-15000, -20000..0 -100..0,      SAFE_TO_REMOVE, -15000, -20000",
    "-15000, -20000..-9000 -12000..-50 -60..0, SAFE_TO_REMOVE, -15000, -20000",
    // The clock was set back: an observation lies in the future.
    "-15000, -20000..300,            SAFE_TO_REMOVE, -15000, -20000",
    "-15000, -20000..301,            QUIET,          -15000, -20000",
    ",       -20000..301,            UNKNOWN,,              -20000",
    "-15000, -20000..0 5000..6000,   QUIET,          -15000, -20000",
    "-15000, 5000..6000,             UNKNOWN,,              ",
    // A span that ends before it begins is none.
    "-15000, 0..-20000,              UNKNOWN,,              ",
    // Nobody has looked since.
    "-15000, -20000..-10001,         UNKNOWN,,              ",
    "-15000, -20000..-9999,          QUIET,          -15000, ",
    ",       ,                       UNKNOWN,,              ",
  })
  void theVerdictFollowsFromTheLastUseAndTheObservation(
      @Nullable Long lastSeen,
      @Nullable String spans,
      Verdict verdict,
      @Nullable Long quietSince,
      @Nullable Long observedSince) {
    for (long now : new long[] {0, MovingClock.START}) {
      Observation observation = observed(spans);
      List<Observation.Span> shifted =
          observation.spans().stream()
              .map(span -> new Observation.Span(span.start() + now, span.end() + now))
              .toList();

      Judgement judgement =
          Judgement.of(
              lastSeen == null ? null : Long.valueOf(lastSeen + now),
              Observation.of(shifted),
              now,
              ASKED);

      assertThat(judgement.verdict()).isEqualTo(verdict);
      assertThat(judgement.quietSince())
          .isEqualTo(quietSince == null ? null : Long.valueOf(quietSince + now));
      assertThat(judgement.observedSince())
          .isEqualTo(observedSince == null ? null : Long.valueOf(observedSince + now));
    }
  }

  @Test
  void theSecondsOfAnObservationAreThoseOfTheTimeThatIsAskedAbout() {
    Observation observation = observed("-20000..-9000 -5000..-1000 5000..6000");

    assertThat(Judgement.of(null, observation, 0, ASKED).observedSeconds()).isEqualTo(5000);
  }
}
