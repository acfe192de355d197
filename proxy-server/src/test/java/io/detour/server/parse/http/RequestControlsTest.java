package io.detour.server.parse.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.status.Refusal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestControlsTest {
  private static RequestControls of(String method, String... lines) {
    return RequestControls.of(new RequestHead(method, "http://h/", 1, new FieldLines(lines)));
  }

  private static int status(@Nullable Refusal problem) {
    return problem == null ? 0 : problem.status();
  }

  @ParameterizedTest(name = "F09: {0} with Max-Forwards {1} ends here: {2}, {3} behind")
  @CsvSource({
    "OPTIONS,0,true,-1",
    "TRACE,0,true,-1",
    "OPTIONS,00,true,-1",
    "OPTIONS,1,false,0",
    "TRACE,070,false,69",
    "OPTIONS,999999999,false,999999998",
    "OPTIONS,1000000000,false,-1",
    "GET,0,false,-1",
    "POST,x,false,-1"
  })
  void maxForwardsCountsForTwoMethods(String method, String value, boolean ends, int behind) {
    RequestControls controls = of(method, "Max-Forwards", value);

    assertThat(controls.problem()).isNull();
    assertThat(controls.endsHere()).isEqualTo(ends);
    assertThat(controls.hopsLeftBehind()).isEqualTo(behind);
  }

  @ParameterizedTest(name = "F09: Max-Forwards \"{0}\" is no number")
  @ValueSource(strings = {"", "-1", "+1", "1.0", "1, 2", "\u0663", "x"})
  void maxForwardsIsDigits(String value) {
    assertThat(status(of("TRACE", "Max-Forwards", value).problem())).isEqualTo(400);
    assertThat(status(of("TRACE", "Max-Forwards", "1", "max-forwards", "1").problem()))
        .isEqualTo(400);
  }

  @ParameterizedTest(name = "the expectation \"{0}\" is answered {1}")
  @CsvSource({
    "100-continue,0",
    "100-CONTINUE,0",
    "'',417",
    "'100-continue, x',417",
    "x,417",
    "200-ok,417"
  })
  void onlyOneExpectationIsKnown(String value, int status) {
    assertThat(status(of("POST", "Expect", value).problem())).isEqualTo(status);
    assertThat(status(of("POST", "Expect", value, "Expect", "100-continue").problem()))
        .isEqualTo(status);
  }
}
