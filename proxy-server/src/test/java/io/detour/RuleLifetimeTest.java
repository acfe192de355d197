package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules that end, and rules that refuse for a while, in a server whose clock a test sets. */
@Timeout(60)
class RuleLifetimeTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin asked;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin renamed;

  @BeforeEach
  void start() throws IOException {
    asked = TcpOrigin.saying("asked");
    renamed = TcpOrigin.saying("renamed");
  }

  @AfterEach
  void stop() throws IOException {
    asked.close();
    renamed.close();
  }

  @ParameterizedTest(name = "on_expiry {0}: {1} from the day after on")
  @CsvSource({"warn, renamed", "disable, asked", "reject, 403"})
  void aRuleHoldsUntilTheEndOfItsLastDay(String then, String afterwards) throws IOException {
    try (RunningServer proxy = serve("expires: 2027-03-31\n    on_expiry: " + then)) {
      at("2027-03-31T23:59:59");
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("renamed");

      at("2027-04-01T00:00:00");
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo(afterwards);

      assertThat(proxy.metric("detour_rule_expiry_timestamp_seconds", "rule=\"erp\""))
          .isEqualTo((double) now.get().getEpochSecond());
      assertThat(proxy.metric("detour_rule_matches_total", "rule=\"erp\""))
          .isEqualTo(then.equals("disable") ? 1 : 2);
    }
  }

  @Test
  void aRuleThatHasExpiredSaysSoToWhomItRejects() throws IOException {
    at("2027-04-01T00:00:00");
    try (RunningServer proxy = serve("expires: 2027-03-31\n    on_expiry: reject");
        RawClient client = proxy.client()) {
      ResponseHead head = client.tunnel("erp.old.test:" + asked.port());

      assertThat(head.field("Proxy-Status"))
          .isEqualTo("detour; error=http_request_denied; details=\"rule \\\"erp\\\" has expired\"");
      assertThat(asked.accepted() + renamed.accepted()).isZero();
    }
  }

  @Test
  void aBrownoutAnswersWhenToTryAgainAndStops() throws IOException {
    try (RunningServer proxy = serve("brownout: { cron: \"0 10 * * 2\", for: 15m }")) {
      at("2027-03-02T09:59:59");
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("renamed");

      at("2027-03-02T10:05:00");
      try (RawClient client = proxy.client()) {
        ResponseHead head = client.tunnel("erp.old.test:" + asked.port());
        assertThat(head.status()).isEqualTo(503);
        assertThat(head.field("Retry-After")).isEqualTo("600");
        assertThat(head.field("Proxy-Status"))
            .startsWith("detour; error=destination_unavailable; details=");
      }
      assertThat(proxy.log().uses().getLast())
          .containsEntry("action", "brownout")
          .containsEntry("mode", "enforce")
          .doesNotContainKeys("target", "attempts");
      assertThat(proxy.metric("detour_requests_total", "code=\"503\"")).isEqualTo(1);

      at("2027-03-02T10:15:00");
      assertThat(proxy.answer("erp.old.test:" + asked.port())).isEqualTo("renamed");
    }
  }

  private void at(String local) {
    now.set(LocalDateTime.parse(local).atZone(ZoneId.systemDefault()).toInstant());
  }

  private RunningServer serve(String lifetime) throws IOException {
    RunningServer proxy =
        RunningServer.at(
            now::get,
            """
            version: 1
            rules:
              - name: erp
                match: { host: { exact: erp.old.test } }
                action: rewrite
                to: "127.0.0.1:%d"
                %s
            """
                .formatted(renamed.port(), lifetime));
    proxy.dns().answer("erp.old.test", "127.0.0.1");
    return proxy;
  }
}
