package io.detour;

import static io.detour.RawClient.connectHead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.server.dial.DeafListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long things take that a person waits for: medians, since a machine may be busy. */
@Timeout(120)
@Tag("campaign")
class PromptnessTest {
  private static final Duration POLL = Duration.ofMillis(1);

  /** The median time that something takes, behind a first time that is not counted. */
  private static Duration median(int times, Callable<Duration> measured) throws Exception {
    measured.call();
    List<Duration> took = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      took.add(measured.call());
    }
    Collections.sort(took);
    return took.get(times / 2);
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  @ParameterizedTest(name = "C14: {0} is refused within 50 ms")
  @ValueSource(strings = {"a..b", ".a", "LABEL.test", "NAME", "[::1"})
  void aHostThatIsNoneIsRefusedAtOnce(String host) throws Exception {
    String authority =
        host.replace("LABEL", "a".repeat(64)).replace("NAME", "a.".repeat(127) + "b") + ":443";
    try (RunningServer proxy = RunningServer.withoutRules()) {
      Duration median =
          median(
              21,
              () -> {
                long start = System.nanoTime();
                try (RawClient client = proxy.client()) {
                  assertThat(client.tunnel(authority).status()).isEqualTo(400);
                }
                return since(start);
              });
      assertThat(median).isLessThan(Duration.ofMillis(50));
    }
  }

  @Test
  @DisplayName("F21: an upload that its client gives up is over at the origin within 100 ms")
  void anUploadThatIsGivenUpIsOverAtOnce() throws Exception {
    try (RunningServer proxy = RunningServer.withoutRules();
        HttpOrigin origin = HttpOrigin.start()) {
      Duration median =
          median(
              21,
              () -> {
                RawClient client = proxy.client();
                int begun = origin.begun();
                client.send(origin.request("POST", "/", "Content-Length: 1000000\r\n") + "some");
                await().pollInterval(POLL).until(() -> origin.begun() > begun);
                long start = System.nanoTime();
                client.reset();
                await().pollInterval(POLL).until(() -> origin.open() == 0);
                return since(start);
              });
      assertThat(median).isLessThan(Duration.ofMillis(100));
    }
  }

  @Test
  @DisplayName("D07: an address that drops the SYN costs the connect timeout and 10 % at most")
  void theConnectTimeoutIsKept() throws Exception {
    Duration timeout = Duration.ofSeconds(2);
    try (DeafListener deaf = DeafListener.start();
        RunningServer proxy =
            RunningServer.with(
                options -> options.with(ConfigurationKey.TIMEOUT_CONNECT, timeout))) {
      Duration median = median(5, () -> answered(proxy, "127.0.0.1:" + deaf.port(), 504));
      assertThat(median).isBetween(timeout, timeout.multipliedBy(11).dividedBy(10));
    }
  }

  @Test
  @DisplayName("D08: two addresses that drop the SYN cost 500 ms when the third answers")
  void attemptsComeInTime() throws Exception {
    Duration expected = Duration.ofMillis(500);
    try (TcpOrigin origin = TcpOrigin.echo();
        DeafListener one = DeafListener.start("127.0.0.2", origin.port());
        DeafListener two = DeafListener.start("127.0.0.3", origin.port())) {
      assertThat(one.port()).isEqualTo(two.port());
      Duration median =
          median(
              5,
              () -> {
                // A new one each time: it remembers which addresses are silent.
                try (RunningServer proxy = RunningServer.withoutRules()) {
                  proxy.dns().answer("three.test", "127.0.0.2", "127.0.0.3", "127.0.0.1");
                  return answered(proxy, "three.test:" + origin.port(), 200);
                }
              });
      assertThat(median).isBetween(expected, expected.plusMillis(50));
    }
  }

  @Test
  @DisplayName("L01: a head that does not end is answered within an eighth of its timeout")
  void theHeadTimeoutIsKept() throws Exception {
    Duration timeout = Duration.ofSeconds(2);
    try (RunningServer proxy =
        RunningServer.with(options -> options.with(ConfigurationKey.TIMEOUT_HEAD, timeout))) {
      Duration median =
          median(
              5,
              () -> {
                long start = System.nanoTime();
                try (RawClient client = proxy.client()) {
                  assertThat(client.send("GET ").head().status()).isEqualTo(408);
                }
                return since(start);
              });
      assertThat(median).isBetween(timeout, timeout.multipliedBy(9).dividedBy(8).plusMillis(20));
    }
  }

  private static Duration answered(RunningServer proxy, String authority, int status)
      throws IOException {
    long start = System.nanoTime();
    try (RawClient client = proxy.client()) {
      assertThat(client.send(connectHead(authority)).head().status()).isEqualTo(status);
    }
    return since(start);
  }
}
