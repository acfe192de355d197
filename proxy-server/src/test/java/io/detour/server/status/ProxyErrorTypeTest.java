package io.detour.server.status;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyErrorTypeTest {
  @ParameterizedTest
  @EnumSource(ProxyErrorType.class)
  void whatARefusalSaysIsRead(ProxyErrorType type) {
    Refusal refusal = new Refusal(502, type, "\"a, b\"; error=dns_error \\", "NXDOMAIN");

    assertThat(ProxyErrorType.Reported.parse(refusal.proxyStatus()))
        .isEqualTo(new ProxyErrorType.Reported(type, "NXDOMAIN"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "p;error=dns_timeout | DNS_TIMEOUT",
        "\"a, b; error=dns_error\"; error=dns_timeout | DNS_TIMEOUT",
        "first; error=dns_timeout, second; error=connection_refused | DNS_TIMEOUT",
        "first, second; received-status=200; error=connection_refused | CONNECTION_REFUSED",
        "first; error=of_our_own, second; error=dns_error | DNS_ERROR",
        "p; details=\"x\\\"; error=dns_error\"; error=dns_timeout | DNS_TIMEOUT",
      })
  void theErrorNextToTheFailureCounts(String value, ProxyErrorType type) {
    assertThat(ProxyErrorType.Reported.parse(value))
        .isEqualTo(new ProxyErrorType.Reported(type, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "p",
        ",",
        ";",
        "error=dns_error",
        "p; error",
        "p; error=",
        "p; error=DNS_ERROR",
        "p; xerror=dns_error",
        "p; error=\"dns_error\"",
        "p; error=dns_error; details=\"",
        "\"",
        "\"\\"
      })
  void anythingElseSaysNothing(String value) {
    assertThat(ProxyErrorType.Reported.parse(value)).isNull();
  }

  @Test
  void anRcodeThatIsNoWordIsLeftOut() {
    assertThat(ProxyErrorType.Reported.parse("p; error=dns_error; rcode=\"a\r\nb\""))
        .isEqualTo(new ProxyErrorType.Reported(ProxyErrorType.DNS_ERROR, null));
  }
}
