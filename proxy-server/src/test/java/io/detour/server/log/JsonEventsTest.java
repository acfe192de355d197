package io.detour.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonEventsTest {
  private final LoggerContext context = new LoggerContext();
  private final JsonEvents encoder = new JsonEvents();

  @BeforeEach
  void start() {
    encoder.setContext(context);
    encoder.start();
  }

  @Test
  void anEventOfTheAccessLogHasItsNameAndItsFacts() {
    String line =
        line(
            AccessLog.LOGGER,
            "close",
            null,
            new KeyValuePair("client", "10.0.0.1"),
            new KeyValuePair("attempts", 2),
            new KeyValuePair("bytes_up", 1L << 40),
            new KeyValuePair("duration_ms", 1.5));

    assertThat(line)
        .matches(
            "\\{\"ts\":\"1970-01-01T\\d\\d:00:01\\.234[^\"]+\",\"level\":\"WARN\",\"event\":\"close\",\"client\":\"10\\.0\\.0\\.1\",\"attempts\":2,\"bytes_up\":1099511627776,\"duration_ms\":1\\.5}\n");
  }

  @Test
  void aDiagnosticHasItsLoggerItsMessageAndItsStack() {
    JsonNode json =
        JsonMapper.shared()
            .readTree(line("io.detour.Foo", "it broke\n", new IllegalStateException("why\n")));

    assertThat(json.get("logger").asString()).isEqualTo("io.detour.Foo");
    assertThat(json.get("message").asString()).isEqualTo("it broke\n");
    assertThat(json.get("stack").asString()).contains("IllegalStateException: why\n", "\tat ");
    assertThat(json.has("event")).isFalse();
  }

  @DisplayName("A08 hostile values stay on one line of ASCII and forge no key")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\n{\"event\":\"decision\"}",
        "\u001b[2J\u001b[31m",
        "\",\"rule\":\"forged",
        "back\\slash\\",
        "\u0000\u0007\u007f\u0085\u009b31m",
        "\u2028\u2029\u202e\u200b\ufeff",
        "Ümlaut 漢字 \ud83d\ude00",
        "\t",
        ""
      })
  void hostileValuesStayOnOneLine(String hostile) {
    String line = line(AccessLog.LOGGER, "decision", null, new KeyValuePair("details", hostile));

    assertThat(line).endsWith("}\n");
    assertThat(line.strip()).matches("[\\x20-\\x7e\\x7f]+");
    JsonNode json = JsonMapper.shared().readTree(line);
    assertThat(json.propertyNames()).containsExactly("ts", "level", "event", "details");
    assertThat(json.get("details").asString()).isEqualTo(hostile);
  }

  @Test
  void halfACharacterBecomesAQuestionMark() {
    String line = line(AccessLog.LOGGER, "close", null, new KeyValuePair("details", "a\ud800b"));

    assertThat(JsonMapper.shared().readTree(line).get("details").asString()).isEqualTo("a?b");
  }

  private String line(
      String logger, String message, @Nullable Throwable thrown, KeyValuePair... facts) {
    LoggingEvent event =
        new LoggingEvent("", context.getLogger(logger), Level.WARN, message, thrown, null);
    event.setTimeStamp(1_234);
    event.setKeyValuePairs(List.of(facts));
    return new String(encoder.encode(event), UTF_8);
  }
}
