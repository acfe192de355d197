package io.detour.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {
  @ParameterizedTest
  @CsvSource({
    "1970-01-01, -3600",
    "2027-03-31, 1806447600",
    "2027-03-31T10:05, 1806483900",
    "2027-03-31T10:05:30, 1806483930",
  })
  void aDayBeginsAtMidnightOfItsZone(String text, long epochSecond) {
    assertThat(TimeText.parse(text, ZoneOffset.ofHours(1))).hasValue(epochSecond);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "T",
        "tomorrow",
        "2027-02-29",
        "2027-3-1",
        "2027-03-31T25:00",
        "2027-03-31T10:05Z",
        "2027-03-31 10:05",
        "+999999999-12-31",
        "-0001-01-01",
        "1969-12-31"
      })
  void everythingElseIsNoTime(String text) {
    assertThat(TimeText.parse(text, ZoneOffset.UTC)).isEmpty();
  }
}
