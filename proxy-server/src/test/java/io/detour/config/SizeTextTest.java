package io.detour.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTextTest {
  @ParameterizedTest
  @CsvSource({
    "0B, 0",
    "1023B, 1023",
    "1KiB, 1024",
    "1025B, 1025",
    "256KiB, 262144",
    "1MiB, 1048576",
    "1025KiB, 1049600",
    "3GiB, 3221225472",
  })
  void aSizeHasOneShortestText(String text, long bytes) {
    assertThat(SizeText.parse(text)).isEqualTo(bytes);
    assertThat(SizeText.of(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "KiB", "-1B", "1.5MiB", "1 MiB", "1KB", "1kib", "1TiB"})
  void anythingElseIsNone(String text) {
    assertThat(SizeText.parse(text)).isEqualTo(SizeText.NONE);
  }
}
