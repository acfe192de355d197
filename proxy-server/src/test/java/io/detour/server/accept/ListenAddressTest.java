package io.detour.server.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:3128",
        "0.0.0.0:0",
        "[::1]:3128",
        "[::]:65535",
        "unix:/run/detour/proxy.sock",
        "unix:/run/with space",
      })
  void theTextIsWhatParseTakes(String text) {
    assertThat(ListenAddress.parse(text)).hasToString(text);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "unix:              | does not lead from / to a file",
        "unix:/             | does not lead from / to a file",
        "unix:proxy.sock    | does not lead from / to a file",
        "unix://a.test/%    | is too long",
        "UNIX:/run/p.sock   | port is not a number",
        "proxy.test:3128    | a name is not looked up",
        "127.0.0.1:65536    | port is not a number",
      })
  void whatIsNoAddressIsNamed(String text, String problem) {
    String whole = text.replace("%", "x".repeat(108));
    assertThatThrownBy(() -> ListenAddress.parse(whole))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(whole + ": ")
        .hasMessageContaining(problem);
  }
}
