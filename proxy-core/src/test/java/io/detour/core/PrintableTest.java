package io.detour.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {
  @ParameterizedTest
  @CsvSource({
    "'b\u00fccher \u96fb\u8a71', 'b\u00fccher \u96fb\u8a71'",
    "'\r\n\t\u0001\u001b\u007f', '\\u000d\\u000a\\u0009\\u0001\\u001b\\u007f'",
    "'\u202eevil\u2028\u200b',   '\\u202eevil\\u2028\\u200b'",
    "'\ud800',                   '\\ud800'",
  })
  void escapesWhatHasNoGlyphOnOneLine(String text, String escaped) {
    assertThat(Printable.escaped(text)).isEqualTo(escaped);
    assertThat(Printable.isLine(text)).isEqualTo(text.equals(escaped));
  }

  @Test
  void quotesAreEscapedInsideQuotes() {
    assertThat(Printable.quoted("a\"b\\c")).isEqualTo("\"a\\\"b\\\\c\"");
  }

  @Test
  void aLongTextIsCut() {
    assertThat(Printable.escaped("a".repeat(301))).isEqualTo("a".repeat(300) + "...");
    assertThat(Printable.escaped("a".repeat(300))).isEqualTo("a".repeat(300));
  }
}
