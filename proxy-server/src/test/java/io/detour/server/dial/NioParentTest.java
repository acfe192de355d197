package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.failed;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.HostPort;
import io.detour.server.status.DialError;
import io.detour.server.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dialling through a parent without epoll. */
@Timeout(60)
class NioParentTest {
  private static final HostPort TARGET = target("target.test", 443);

  private final DialFixture fixture = new DialFixture(Transport.nio());

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  @Tag("C02")
  void noByteBehindAnHttpAnswerIsLost() throws IOException {
    ScriptedParent parent =
        fixture.keep(ScriptedParent.answering("HTTP/1.1 200 OK\r\n\r\n220 ready"));

    assertThat(fixture.everythingFrom(parent.http(), TARGET)).isEqualTo("220 ready");
  }

  @Test
  @Tag("C02")
  void noByteBehindASocksReplyIsLost() throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  ScriptedParent.bytes(connection, 3);
                  ScriptedParent.sendHex(connection, "05 00");
                  ScriptedParent.bytes(connection, 18);
                  ScriptedParent.sendHex(connection, "05 00 00 01 00 00 00 00 00 00 78 79");
                }));

    assertThat(fixture.everythingFrom(parent.socks5(), TARGET)).isEqualTo("xy");
  }

  @Test
  @Tag("D12")
  void aParentThatEndsWithoutAnAnswerIsTold() throws IOException {
    assertThat(failure(fixture.keep(ScriptedParent.answering("HTTP/1.1 2")).http()))
        .isEqualTo(DialError.CONNECTION_TERMINATED);
  }

  @Test
  @Tag("D07")
  void aSilentParentTimesOut() throws IOException {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ScriptedParent parent = fixture.keep(ScriptedParent.answeringAndWaiting("", end));

    assertThat(failure(parent.http())).isEqualTo(DialError.CONNECTION_TIMEOUT);
    assertThat(DialFixture.await(end)).isNegative();
  }

  private DialError failure(Parent parent) {
    return failed(fixture.dial(parent, TARGET, Duration.ofMillis(500))).error();
  }
}
