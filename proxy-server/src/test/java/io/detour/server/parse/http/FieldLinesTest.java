package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FieldLinesTest {
  private static final FieldLines FIELDS =
      new FieldLines(
          "Host",
          "h",
          "Connection",
          "close, ,X-a",
          "VIA",
          "1.1 a",
          "connection",
          "\tTE ,",
          "Via",
          "");

  @Test
  void namesAreComparedWithoutRegardToCase() {
    assertThat(FIELDS.first("via")).isEqualTo("1.1 a");
    assertThat(FIELDS.all("Via")).containsExactly("1.1 a", "");
    assertThat(FIELDS.count("vIA")).isEqualTo(2);
    assertThat(FIELDS.contains("HOST")).isTrue();
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertThat(FIELDS.first("Via ")).isNull();
    assertThat(FIELDS.all("Vi")).isEmpty();
    assertThat(FIELDS.contains("")).isFalse();
    assertThat(FIELDS.tokens("X")).isEmpty();
  }

  @Test
  void theElementsOfAListStandOnSeveralLines() {
    assertThat(FIELDS.tokens("Connection")).containsExactly("close", "X-a", "TE");
    assertThat(FIELDS.tokens("Via")).containsExactly("1.1 a");
    assertThat(FIELDS.hasToken("Connection", "te")).isTrue();
    assertThat(FIELDS.hasToken("Connection", "x")).isFalse();
  }

  @Test
  void linesKeepTheirOrderAndSpelling() {
    assertThat(FIELDS.size()).isEqualTo(5);
    assertThat(FIELDS.name(2)).isEqualTo("VIA");
    assertThat(FIELDS.value(3)).isEqualTo("\tTE ,");
  }

  @Test
  void linesAreAddedAndTakenAway() {
    FieldLines.Builder fields = new FieldLines.Builder().addAll(FIELDS).add("A", "b");

    assertThat(fields.remove("CONNECTION").set("via", "c").build())
        .isEqualTo(new FieldLines("Host", "h", "A", "b", "via", "c"));
    assertThat(fields.remove("host").remove("a").remove("Via").remove("Via").build())
        .isEqualTo(FieldLines.NONE);
  }

  @Test
  void valuesDoNotStandInItsText() {
    assertThat(FIELDS).hasToString("5 field lines");
  }

  @Test
  void aNameNeedsAValue() {
    assertThatThrownBy(() -> new FieldLines("A", "b", "C"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("names and values: 3 (expected: an even number)");
  }
}
