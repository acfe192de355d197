package io.detour.server.dial;

import static io.detour.server.dial.DialFixture.connected;
import static io.detour.server.dial.DialFixture.failed;
import static io.detour.server.dial.DialFixture.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.HostPort;
import io.detour.server.dial.DialFixture.Running;
import io.detour.server.dial.DialResult.Connected;
import io.detour.server.dial.DialResult.Failed;
import io.detour.server.status.DialError;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dialling through a parent that speaks SOCKS 5. */
@Timeout(60)
class Socks5ParentTest {
  private static final HostPort TARGET = target("target.test", 443);

  /** CONNECT to {@link #TARGET}. */
  private static final String REQUEST = "05 01 00 03 0b 74 61 72 67 65 74 2e 74 65 73 74 01 bb";

  private static final String GRANTED = "05 00 00 01 00 00 00 00 00 00";

  private final DialFixture fixture = new DialFixture();
  private final CompletableFuture<String> asked = new CompletableFuture<>();
  private final CompletableFuture<Integer> end = new CompletableFuture<>();

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "target.test,       05 01 00 03 0b 74 61 72 67 65 74 2e 74 65 73 74 01 bb",
    "192.0.2.1,         05 01 00 01 c0 00 02 01 01 bb",
    "2001:db8::1,       05 01 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 01 bb",
    "::ffff:192.0.2.1,  05 01 00 01 c0 00 02 01 01 bb",
  })
  void theParentIsAskedForTheTarget(String host, String request) throws IOException {
    ScriptedParent parent = withoutCredentials(GRANTED, (request.length() + 1) / 3);

    connected(fixture.dial(parent.socks5(), target(host, 443)));

    assertThat(DialFixture.await(asked)).isEqualTo(request);
    assertThat(fixture.dns.asked()).isEmpty();
  }

  @Test
  void theLongestNameIsSent() throws IOException {
    String name =
        "a".repeat(63) + '.' + "b".repeat(63) + '.' + "c".repeat(63) + '.' + "d".repeat(61);
    ScriptedParent parent = withoutCredentials(GRANTED, 7 + 253);

    connected(fixture.dial(parent.socks5(), target(name, 1)));

    assertThat(DialFixture.await(asked)).startsWith("05 01 00 03 fd 61 61").endsWith("64 64 00 01");
  }

  @Test
  void theChannelIsReadyToBeRelayed() throws IOException {
    ScriptedParent parent = withoutCredentials(GRANTED, 18);

    Connected connected = connected(fixture.dial(parent.socks5(), TARGET));

    DuplexChannel upstream = connected.upstream();
    assertThat(upstream.isActive()).isTrue();
    assertThat(upstream.pipeline().names()).containsExactly("DefaultChannelPipeline$TailContext#0");
    assertThat(upstream.config().getOption(ChannelOption.AUTO_READ)).isFalse();
    assertThat(upstream.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE)).isTrue();
    assertThat(end).isNotDone();
  }

  @Test
  void credentialsAreSentIfTheParentWantsThem() throws IOException {
    ScriptedParent parent = wantingCredentials("01 00", 7, GRANTED);

    connected(fixture.dial(parent.with(Parent.Protocol.SOCKS5, "u", "p\u00e4"), TARGET));

    assertThat(DialFixture.await(asked))
        .isEqualTo("05 02 00 02 / 01 01 75 03 70 c3 a4 / " + REQUEST);
  }

  @Test
  void credentialsAreKeptIfTheParentDoesNotWantThem() throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  ScriptedParent.bytes(connection, 4);
                  ScriptedParent.sendHex(connection, "05 00");
                  asked.complete(ScriptedParent.bytes(connection, 18));
                  ScriptedParent.sendHex(connection, GRANTED);
                }));

    connected(fixture.dial(parent.with(Parent.Protocol.SOCKS5, "u", "secret"), TARGET));

    assertThat(DialFixture.await(asked)).isEqualTo(REQUEST);
  }

  @Test
  @Tag("D10")
  void wrongCredentialsAreToldWithoutThem() throws IOException {
    ScriptedParent parent = wantingCredentials("01 01", 10, GRANTED);

    Failed failed =
        failed(fixture.dial(parent.with(Parent.Protocol.SOCKS5, "u", "secret"), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.PARENT_CONFIGURATION);
    assertThat(failed.details()).isEqualTo("the parent proxy refused Detour's credentials");
  }

  @ParameterizedTest(name = "method {0} is PARENT_CONFIGURATION")
  @CsvSource({
    "05 ff, the parent proxy wants credentials and none are configured",
    "05 02, the parent proxy does not speak SOCKS 5",
    "05 01, the parent proxy does not speak SOCKS 5",
    "04 00, the parent proxy does not speak SOCKS 5",
    "48 54 54 50, the parent proxy does not speak SOCKS 5",
  })
  void aParentThatWantsSomethingElseIsTold(String answer, String details) throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  ScriptedParent.bytes(connection, 3);
                  ScriptedParent.sendHex(connection, answer);
                  end.complete(ScriptedParent.endOf(connection));
                }));

    Failed failed = failed(fixture.dial(parent.socks5(), TARGET));

    assertThat(failed.error()).isEqualTo(DialError.PARENT_CONFIGURATION);
    assertThat(failed.details()).isEqualTo(details);
    assertThat(DialFixture.await(end)).isNegative();
  }

  @ParameterizedTest(name = "reply {0} is {1}")
  @CsvSource({
    "01, DESTINATION_UNAVAILABLE",
    "02, DENIED",
    "03, DESTINATION_IP_UNROUTABLE",
    "04, DESTINATION_IP_UNROUTABLE",
    "05, CONNECTION_REFUSED",
    "06, CONNECTION_TIMEOUT",
    "07, PARENT_CONFIGURATION",
    "08, DESTINATION_IP_UNROUTABLE",
    "09, DESTINATION_UNAVAILABLE",
    "ff, DESTINATION_UNAVAILABLE",
  })
  void aReplyTellsWhatHappened(String reply, DialError error) throws IOException {
    ScriptedParent parent = withoutCredentials("05 " + reply + " 00 01 00 00 00 00 00 00", 18);

    assertThat(failed(fixture.dial(parent.socks5(), TARGET)).error()).isEqualTo(error);
    assertThat(DialFixture.await(end)).isNegative();
  }

  @Test
  void theRestOfAFailureIsNotWaitedFor() throws IOException {
    ScriptedParent parent = withoutCredentials("05 05", 18);

    assertThat(failed(fixture.dial(parent.socks5(), TARGET)).error())
        .isEqualTo(DialError.CONNECTION_REFUSED);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"05 00 00 02 00 00 00 00 00 00", "04 00 00 01 00 00 00 00 00 00"})
  void aReplyThatMakesNoSenseIsTold(String reply) throws IOException {
    ScriptedParent parent = withoutCredentials(reply, 18);

    assertThat(failed(fixture.dial(parent.socks5(), TARGET)).details())
        .isEqualTo("the parent proxy does not speak SOCKS 5");
  }

  @ParameterizedTest(name = "the address behind the reply is {0}")
  @ValueSource(
      strings = {
        GRANTED,
        "05 00 00 03 00 00 00",
        "05 00 00 03 05 61 2e 62 2e 63 00 50",
        "05 00 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 01 bb",
      })
  void noByteBehindTheReplyIsLost(String reply) throws IOException {
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  accept(connection);
                  ScriptedParent.sendHex(connection, reply + " 05 00 78 79 7a");
                }));

    assertThat(fixture.everythingFrom(parent.socks5(), TARGET)).isEqualTo("\u0005\u0000xyz");
  }

  @ParameterizedTest(name = "C02: the reply and what follows are split behind byte {0}")
  @MethodSource
  void theReplyMayBeSplitAnywhere(int split) throws IOException {
    String bytes = GRANTED + " 78 79 7a";
    ScriptedParent parent =
        fixture.keep(
            ScriptedParent.start(
                connection -> {
                  accept(connection);
                  ScriptedParent.sendHex(connection, bytes.substring(0, 3 * split - 1));
                  ScriptedParent.sendHex(connection, bytes.substring(3 * split));
                }));

    assertThat(fixture.everythingFrom(parent.socks5(), TARGET)).isEqualTo("xyz");
  }

  static IntStream theReplyMayBeSplitAnywhere() {
    return IntStream.rangeClosed(1, 12);
  }

  @ParameterizedTest(name = "a parent that ends behind {0} bytes is told")
  @ValueSource(ints = {0, 1, 2, 3, 11})
  @Tag("D12")
  void aParentThatEndsWithoutAReplyIsTold(int bytes) throws IOException {
    ScriptedParent parent = sendingAtMost(bytes, false);

    assertThat(failed(fixture.dial(parent.socks5(), TARGET)).error())
        .isEqualTo(DialError.CONNECTION_TERMINATED);
  }

  @ParameterizedTest(name = "a parent that is silent behind {0} bytes times out")
  @ValueSource(ints = {0, 1, 2, 11})
  @Tag("D07")
  void aSlowParentTimesOut(int bytes) throws IOException {
    Duration timeout = Duration.ofMillis(300);
    ScriptedParent parent = sendingAtMost(bytes, true);

    Failed failed = failed(fixture.dial(parent.socks5(), TARGET, timeout));

    assertThat(failed.error()).isEqualTo(DialError.CONNECTION_TIMEOUT);
    assertThat(Duration.ofNanos(failed.connectNanos())).isBetween(timeout, timeout.multipliedBy(3));
    assertThat(DialFixture.await(end)).isNegative();
  }

  @ParameterizedTest(name = "T19: a dial that is cancelled behind {0} bytes is not told")
  @ValueSource(ints = {0, 2, 11})
  void cancelWhileTheParentIsAsked(int bytes) throws IOException {
    ScriptedParent parent = sendingAtMost(bytes, true);
    Running running = fixture.start(parent.socks5(), TARGET);
    assertThat(DialFixture.await(asked)).isNotNull();

    fixture.runOnLoop(running.handle()::cancel);

    assertThat(DialFixture.await(end)).isNegative();
    fixture.drainLoop();
    assertThat(running.result()).isNotDone();
  }

  /** Sends so many bytes of its two answers, then ends or waits. */
  private ScriptedParent sendingAtMost(int bytes, boolean waits) throws IOException {
    return fixture.keep(
        ScriptedParent.start(
            connection -> {
              String greeting = ScriptedParent.bytes(connection, 3);
              if (bytes > 0) {
                ScriptedParent.sendHex(connection, "05 00".substring(0, bytes == 1 ? 2 : 5));
              }
              if (bytes >= 2) {
                ScriptedParent.bytes(connection, 18);
              }
              if (bytes > 2) {
                ScriptedParent.sendHex(connection, GRANTED.substring(0, 3 * (bytes - 2) - 1));
              }
              asked.complete(greeting);
              if (waits) {
                end.complete(ScriptedParent.endOf(connection));
              }
            }));
  }

  /** Takes a request without credentials and sends a reply, then waits for the end. */
  private ScriptedParent withoutCredentials(String reply, int requestBytes) throws IOException {
    return fixture.keep(
        ScriptedParent.start(
            connection -> {
              ScriptedParent.bytes(connection, 3);
              ScriptedParent.sendHex(connection, "05 00");
              asked.complete(ScriptedParent.bytes(connection, requestBytes));
              ScriptedParent.sendHex(connection, reply);
              end.complete(ScriptedParent.endOf(connection));
            }));
  }

  private ScriptedParent wantingCredentials(String status, int bytes, String reply)
      throws IOException {
    return fixture.keep(
        ScriptedParent.start(
            connection -> {
              String greeting = ScriptedParent.bytes(connection, 4);
              ScriptedParent.sendHex(connection, "05 02");
              String credentials = ScriptedParent.bytes(connection, bytes);
              ScriptedParent.sendHex(connection, status);
              asked.complete(
                  greeting + " / " + credentials + " / " + ScriptedParent.bytes(connection, 18));
              ScriptedParent.sendHex(connection, reply);
            }));
  }

  private static void accept(Socket connection) throws IOException {
    ScriptedParent.bytes(connection, 3);
    ScriptedParent.sendHex(connection, "05 00");
    ScriptedParent.bytes(connection, 18);
  }
}
