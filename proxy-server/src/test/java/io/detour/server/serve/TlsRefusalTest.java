package io.detour.server.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.CloseReason;
import io.detour.core.RelayPath;
import io.detour.core.TunnelStats;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tunnels as programs leave them behind, by their bytes. */
class TlsRefusalTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "curl: unknown authority in TLS 1.3,       517,   7,  764, true",
    "curl: another name in TLS 1.3,            517, 104, 1297, true",
    "curl: another name in TLS 1.2,            223, 124,  717, true",
    "Chromium: another name,                  1920,  30,  748, true",
    "curl: a page in TLS 1.3,                  517, 206, 6482, false",
    "curl: a page in TLS 1.2,                  221, 233, 5758, false",
    "a server that hangs up,                   517,   0,    0, false",
    "a server that refuses,                    517,   0,    7, false",
    "a server that ends behind its flight,     517,   0,  900, false",
    "plain HTTP in a tunnel,                   120,   0, 2000, false",
    "a mail server's greeting and an answer,     0,  60,  900, false",
    "a protocol of small messages,              40,  40,  900, false",
    "a short answer to a long question,        400,  20,   90, false",
    "a download,                               517,  30, 20000, false",
    "an upload,                                5000, 30, 1000, false",
  })
  void aClientThatRefusesSaysLittleAfterTheServersFlight(
      String what, long opening, long after, long down, boolean suspected) {
    assertThat(
            TlsRefusal.isSuspected(
                stats(opening, after, down, CloseReason.CLIENT_FIN, Duration.ofMillis(90))))
        .isEqualTo(suspected);
  }

  @ParameterizedTest
  @EnumSource
  void onlyPeersRefuse(CloseReason reason) {
    boolean byPeers = reason.name().endsWith("_FIN") || reason.name().endsWith("_RESET");

    assertThat(TlsRefusal.isSuspected(stats(517, 7, 764, reason, Duration.ofMillis(90))))
        .isEqualTo(byPeers);
  }

  @ParameterizedTest
  @CsvSource({"2000, true", "2001, false"})
  void aRefusalDoesNotTakeLong(long millis, boolean suspected) {
    assertThat(
            TlsRefusal.isSuspected(
                stats(517, 7, 764, CloseReason.CLIENT_FIN, Duration.ofMillis(millis))))
        .isEqualTo(suspected);
  }

  private static TunnelStats stats(
      long opening, long after, long down, CloseReason reason, Duration duration) {
    return new TunnelStats(opening + after, down, opening, RelayPath.COPY, reason, duration);
  }
}
