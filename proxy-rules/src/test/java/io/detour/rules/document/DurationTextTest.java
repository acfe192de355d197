package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({
    "0s,    PT0S",
    "10us,  PT0.00001S",
    "500ms, PT0.5S",
    "1500ms,PT1.5S",
    "90s,   PT90S",
    "1m,    PT1M",
    "90m,   PT90M",
    "36h,   PT36H",
    "365d,  P365D",
  })
  void aDurationHasOneShortestText(String text, Duration duration) {
    assertThat(DurationText.parse(text)).isEqualTo(duration);
    assertThat(DurationText.of(duration)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"60s, 1m", "1000ms, 1s", "24h, 1d", "0d, 0s", "0ms, 0s", "1000us, 1ms"})
  void longerTextsMeanTheSame(String text, String shortest) {
    assertThat(DurationText.parse(text)).isEqualTo(DurationText.parse(shortest));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "s", "-1s", "1.5s", "1 s", "1S", "1w", "1h30m", "1234567890s"})
  void anythingElseIsNone(String text) {
    assertThat(DurationText.parse(text)).isNull();
  }
}
