package io.detour.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  private static final String LABEL_63 = "a".repeat(63);

  @ParameterizedTest(name = "C01 C06 C09 C13: {0} is {1}")
  @CsvSource({
    "erp.old.example.com:443,        erp.old.example.com:443",
    "ERP.Old.Example.COM:443,        erp.old.example.com:443",
    "erp.old.example.com.:443,       erp.old.example.com:443",
    "erp:1,                          erp:1",
    "erp:65535,                      erp:65535",
    "erp:0443,                       erp:443",
    "1st.example:443,                1st.example:443",
    "a_b.example:443,                a_b.example:443",
    "xn--bcher-kva.example:443,      xn--bcher-kva.example:443",
    "0x7g:443,                       0x7g:443",
    "192.0.2.1:80,                   192.0.2.1:80",
    "0.0.0.0:80,                     0.0.0.0:80",
    "[::1]:443,                      [::1]:443",
    "[2001:DB8:0:0:0:0:0:1]:443,     [2001:db8::1]:443",
    "[2001:db8:0:0:1:0:0:1]:443,     [2001:db8::1:0:0:1]:443",
    "[::ffff:192.0.2.1]:443,         192.0.2.1:443",
    "[::ffff:c000:0201]:443,         192.0.2.1:443",
    "[::192.0.2.1]:443,              [::c000:201]:443",
    "[64:ff9b::192.0.2.1]:443,       [64:ff9b::c000:201]:443",
    "[1:2:3:4:5:6:192.0.2.1]:443,    [1:2:3:4:5:6:c000:201]:443",
  })
  void readsIntoOneCanonicalForm(String text, String canonical) {
    Parsed<HostPort> parsed = HostPort.parse(text);

    assertThat(parsed.orElseThrow()).hasToString(canonical);
    assertThat(HostPort.parse(canonical)).isEqualTo(parsed).hasSameHashCodeAs(parsed);
  }

  @ParameterizedTest(name = "C04 C05: {0}")
  @ValueSource(
      strings = {
        "",
        "h",
        "h:",
        ":443",
        ":",
        "h:0",
        "h:65536",
        "h:99999",
        "h:65979",
        "h:-1",
        "h:+80",
        "h:abc",
        "h:80a",
        "h: 80",
        "h:80 ",
        "h:4294967739",
        "h:443:443",
        "h:00000000443",
        "h:８０",
      })
  void refusesAPortThatIsMissingOrOutOfRange(String text) {
    assertThat(HostPort.parse(text)).isInstanceOf(Parsed.Malformed.class);
  }

  @ParameterizedTest(name = "C07 C08 C09 C10 C12: {0}")
  @ValueSource(
      strings = {
        "u:p@h:443",
        "u@h:443",
        "http://h:443",
        "h:443/",
        "h:443?x",
        "h:443#x",
        "h/x:443",
        "::1:443",
        "[::1]",
        "[::1]443",
        "[::1",
        "[fe80::1%25eth0]:443",
        "[fe80::1%eth0]:443",
        "[127.0.0.1]:443",
        "[localhost]:443",
        "[]:443",
        "[::1]]:443",
        "[[::1]]:443",
        "[:::1]:443",
        "[1:2:3:4:5:6:7]:443",
        "[1:2:3:4:5:6:7:8:9]:443",
        "[12345::]:443",
        "[::ffff:010.0.0.1]:443",
        "[::1.2.3]:443",
        "[::ffff:1.2.3.256]:443",
        "[::ffff:1..3.4]:443",
        "[::ffff:.2.3.4]:443",
        "[::1.2.3.]:443",
        "h\u0000:443",
        "h\u0007:443",
        "h h:443",
        "h\th:443",
        "h\u007f:443",
        "h\u00e9:443",
        "h%41:443",
        "h\\h:443",
        "h@h:443",
        "h\r\n:443",
        "\uff48:443",
        "*.h:443",
        "h,i:443",
      })
  void refusesWhatIsNotAHost(String text) {
    assertThat(HostPort.parse(text)).isInstanceOf(Parsed.Malformed.class);
  }

  @ParameterizedTest(name = "C11: {0}")
  @ValueSource(
      strings = {
        "2130706433:443", "0x7f.1:443", "0x7f000001:443", "127.1:443", "0177.0.0.1:443",
        "010.0.0.1:443", "127.0.0.1.:443", "127.0.0.01:443", "256.0.0.1:443", "1.2.3.4.5:443",
        "127.0.0.0x1:443", "a.1:443", "1.2.3:443", "0x:443", "h.0XfF:443",
      })
  void refusesOtherSpellingsOfAnAddress(String text) {
    assertThat(HostPort.parse(text)).isInstanceOf(Parsed.Malformed.class);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "ERP.old.example.com., erp.old.example.com:443",
    "h:80,                 h:80",
    "[::1],                [::1]:443",
    "[::1]:80,             [::1]:80",
  })
  void takesADefaultForAMissingPort(String text, String canonical) {
    assertThat(HostPort.parse(text, 443).orElseThrow()).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "h:", ":80", "::1", "[::1]80", "[h]", "[::1", "h h", "]"})
  void aDefaultPortMakesNoHostOfWhatIsNone(String text) {
    assertThat(HostPort.parse(text, 443)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  @Tag("C14")
  void limitsLabelsAndNames() {
    String name253 = (LABEL_63 + '.').repeat(3) + "a".repeat(61);

    assertThat(HostPort.parse(name253 + ":443")).isInstanceOf(Parsed.Value.class);
    assertThat(HostPort.parse(name253 + ".:443")).isInstanceOf(Parsed.Value.class);
    assertThat(HostPort.parse(name253 + "a:443")).isInstanceOf(Parsed.Malformed.class);
    assertThat(HostPort.parse(LABEL_63 + "a:443")).isInstanceOf(Parsed.Malformed.class);
    assertThat(HostPort.parse("a..b:443")).isInstanceOf(Parsed.Malformed.class);
    assertThat(HostPort.parse(".a:443")).isInstanceOf(Parsed.Malformed.class);
    assertThat(HostPort.parse("a.b..:443")).isInstanceOf(Parsed.Malformed.class);
    assertThat(HostPort.parse(".:443")).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void theReasonHoldsNoPartOfTheInput() {
    assertThat(HostPort.parse("<script>:443"))
        .isInstanceOfSatisfying(
            Parsed.Malformed.class,
            malformed -> assertThat(malformed.problem()).doesNotContain("script"));
  }

  @Test
  @Tag("Q09")
  void aFinalDotMakesNoOtherHostButAnAbsoluteOne() {
    Host relative = Host.parse("wiki").orElseThrow();
    Host absolute = Host.parse("Wiki.").orElseThrow();

    assertThat(absolute).isEqualTo(relative).hasSameHashCodeAs(relative).hasToString("wiki");
    assertThat(absolute.isAbsolute()).isTrue();
    assertThat(relative.isAbsolute()).isFalse();
    assertThat(Host.parse("192.0.2.1").orElseThrow().isAbsolute()).isFalse();
  }

  @Test
  void thePortOfAConstructedValueIsChecked() {
    Host host = Host.parse("h").orElseThrow();

    assertThatThrownBy(() -> new HostPort(host, 70000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("port: 70000 (expected: 1..65535)");
  }
}
