package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViaFieldTest {
  private static final ViaField OWN = new ViaField("detour-01234567");

  private static String appended(int minorVersion, String... lines) {
    return OWN.appendedTo(ViaField.received(new FieldLines(lines)), minorVersion);
  }

  @Test
  void eachProcessHasItsOwn() {
    assertThat(ViaField.random().text()).matches("detour-[0-9a-f]{8}");
    assertThat(ViaField.random()).isNotEqualTo(ViaField.random());
  }

  @Test
  @DisplayName("F07: it is appended behind the others, in one line")
  void itIsAppended() {
    assertThat(appended(1)).isEqualTo("1.1 detour-01234567");
    assertThat(appended(0, "Via", "1.0 a", "X", "y", "via", "2 b (c)"))
        .isEqualTo("1.0 a, 2 b (c), 1.0 detour-01234567");
  }

  @ParameterizedTest(name = "F08: \"{0}\" has passed this process")
  @ValueSource(
      strings = {
        "1.1 detour-01234567",
        "1.0 DETOUR-01234567",
        "HTTP/1.1 detour-01234567",
        "1.1 a, 1.1 detour-01234567",
        "1.1\tdetour-01234567 (comment)",
        ",, 1.1  detour-01234567 ,"
      })
  void itIsFound(String via) {
    assertThat(OWN.isIn(new FieldLines("Via", via))).isTrue();
    assertThat(OWN.isIn(new FieldLines("Via", "1.1 other", "VIA", via))).isTrue();
  }

  @ParameterizedTest(name = "F08: \"{0}\" has not")
  @ValueSource(
      strings = {"", "1.1 detour-89abcdef", "1.1 x (detour-01234567)", "detour-01234567", "1.1"})
  void anotherIsNotMistakenForIt(String via) {
    assertThat(OWN.isIn(new FieldLines("Via", via))).isFalse();
    assertThat(OWN.isIn(new FieldLines("X-Via", "1.1 detour-01234567"))).isFalse();
  }
}
