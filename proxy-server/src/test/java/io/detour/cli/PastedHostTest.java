package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Parsed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("W10")
class PastedHostTest {
  @ParameterizedTest
  @CsvSource({
    "old.example.com, old.example.com, old.example.com:443",
    "old.example.com:8443, old.example.com:8443, old.example.com:8443",
    "https://old.example.com/path?q=a:b@c#d, old.example.com, old.example.com:443",
    "HTTPS://Old.Example.com, Old.Example.com, old.example.com:443",
    "http://old.example.com/, old.example.com, old.example.com:80",
    "http://old.example.com:8080/a, old.example.com:8080, old.example.com:8080",
    "wss://old.example.com/chat, old.example.com, old.example.com:443",
    "https://user:secret@old.example.com/, old.example.com, old.example.com:443",
    "old.example.com/, old.example.com, old.example.com:443",
    "' old.example.com ', old.example.com, old.example.com:443",
    "2001:db8::1, 2001:db8::1, [2001:db8::1]:443",
    "::1, ::1, [::1]:443",
    "::ffff:192.0.2.1, ::ffff:192.0.2.1, 192.0.2.1:443",
    "[2001:db8::1]:22, [2001:db8::1]:22, [2001:db8::1]:22",
    "https://[2001:db8::1]/, [2001:db8::1], [2001:db8::1]:443",
    "b\u00fccher.example, b\u00fccher.example, xn--bcher-kva.example:443",
    "https://B\u00dcCHER.example:8443/, B\u00dcCHER.example:8443, xn--bcher-kva.example:8443",
  })
  void whatPeoplePasteIsUnderstood(String pasted, String written, String asked) {
    PastedHost host = PastedHost.of(pasted);

    assertThat(host.written()).isEqualTo(written);
    assertThat(host.hostPort().orElseThrow()).hasToString(asked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "https://",
        "a b",
        "a:b",
        "a:0",
        "::1::",
        "https:///path",
        "stra\u00dfe.example",
        "a\nb",
        "\u00fc\u0000.example",
        "\u00fc..example",
      })
  void whatIsNoHostIsNone(String pasted) {
    assertThat(PastedHost.of(pasted).hostPort()).isInstanceOf(Parsed.Malformed.class);
  }
}
