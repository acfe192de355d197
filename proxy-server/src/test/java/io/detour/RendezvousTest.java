package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.core.relay.RelayMode;
import io.detour.server.accept.ListenAddress;
import io.detour.server.serve.Forward;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two listeners whose connections are joined with each other. */
@Timeout(60)
class RendezvousTest {
  private static final ListenAddress.Inet FREE = ListenAddress.Inet.parse("127.0.0.1:0");
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final int MAX_WAITING = 1024;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  @BeforeEach
  void start() throws IOException {
    proxy = rendezvous(options -> options);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private static RunningServer rendezvous(UnaryOperator<Configuration> change) throws IOException {
    return RunningServer.with(
        options ->
            change.apply(
                options.with(
                    ConfigurationKey.FORWARD, List.of(new Forward.Rendezvous(FREE, FREE)))));
  }

  @ParameterizedTest(name = "T01, T02: {0} comes first, then {1}: joined, each end passes alone")
  @CsvSource({"0, 1", "1, 0"})
  void twoSidesAreJoinedWhoeverComesFirst(int early, int late) throws IOException {
    try (RawClient one = proxy.forwardClient(early);
        RawClient other = proxy.forwardClient(late)) {
      one.send("from one").endOutput();
      assertThat(other.rest()).isEqualTo("from one");
      other.send("from the other").endOutput();
      assertThat(one.rest()).isEqualTo("from the other");
    }
    assertThat(proxy.metric("detour_requests_total", "kind=\"tcp\"", "code=\"200\"")).isEqualTo(2);
  }

  @ParameterizedTest(name = "{0}: 8 MB go both ways at once")
  @ValueSource(strings = {"SPLICE", "COPY"})
  void manyBytesGoBothWays(RelayMode mode) throws Exception {
    try (RunningServer joined =
            rendezvous(options -> options.with(ConfigurationKey.RELAY_MODE, mode));
        RawClient one = joined.forwardClient(0);
        RawClient other = joined.forwardClient(1)) {
      String there = "0123456789abcdef".repeat(1 << 19);
      String back = "fedcba9876543210".repeat(1 << 19);
      CompletableFuture<String> received = new CompletableFuture<>();
      List<CompletableFuture<Void>> sent = List.of(sending(one, there), sending(other, back));
      Thread.ofPlatform().daemon().start(() -> receive(one, received));

      assertThat(other.rest()).isEqualTo(there);
      assertThat(received).succeedsWithin(DEADLINE).isEqualTo(back);
      assertThat(sent).allSatisfy(end -> assertThat(end).succeedsWithin(DEADLINE));
    }
  }

  /** Sends on a thread of its own, then ends the direction. */
  private static CompletableFuture<Void> sending(RawClient client, String bytes) {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                client.send(bytes).endOutput();
                sent.complete(null);
              } catch (IOException e) {
                sent.completeExceptionally(e);
              }
            });
    return sent;
  }

  private static void receive(RawClient client, CompletableFuture<String> received) {
    try {
      received.complete(client.rest());
    } catch (IOException e) {
      received.completeExceptionally(e);
    }
  }

  @ParameterizedTest(name = "those who wait at {0} are joined in the order in which they came")
  @CsvSource({"0, 1", "1, 0"})
  void thoseWhoWaitAreJoinedInOrder(int early, int late) throws IOException {
    List<RawClient> waiting = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waiting.add(proxy.forwardClient(early).send("number " + i));
    }
    for (int i = 0; i < 10; i++) {
      try (RawClient partner = proxy.forwardClient(late);
          RawClient first = waiting.get(i)) {
        assertThat(partner.read(8)).isEqualTo("number " + i);
        partner.send("hello " + i).endOutput();
        assertThat(first.rest()).isEqualTo("hello " + i);
      }
    }
  }

  @Test
  void whatAWaitingOneSentAndItsEndAreKept() throws IOException {
    try (RawClient early = proxy.forwardClient(0)) {
      early.send("question").endOutput();
      awaitClients(1);
      try (RawClient late = proxy.forwardClient(1)) {
        assertThat(late.rest()).isEqualTo("question");
        late.send("answer").endOutput();
        assertThat(early.rest()).isEqualTo("answer");
      }
    }
  }

  @ParameterizedTest(
      name = "T07: one that is reset while it waits is passed over; it had ended: {0}")
  @ValueSource(booleans = {false, true})
  void aResetWhileWaitingRemoves(boolean ended) throws IOException {
    try (RawClient gone = proxy.forwardClient(0)) {
      gone.send("gone");
      if (ended) {
        gone.endOutput();
      }
      awaitClients(1);
      gone.reset();
      awaitClients(0);
    }
    try (RawClient early = proxy.forwardClient(0);
        RawClient late = proxy.forwardClient(1)) {
      early.send("here").endOutput();
      assertThat(late.rest()).isEqualTo("here");
    }
  }

  @ParameterizedTest(name = "T07, T08: a reset of {0} reaches {1}")
  @CsvSource({"0, 1", "1, 0"})
  void aResetReachesTheOther(int resetting, int other) throws IOException {
    try (RawClient one = proxy.forwardClient(resetting);
        RawClient two = proxy.forwardClient(other)) {
      one.send("part");
      assertThat(two.read(4)).isEqualTo("part");

      one.reset();

      assertEndsWithAReset(two);
    }
  }

  @Test
  @DisplayName("X01: a stop resets those who wait at once, and lets the joined ones end")
  void aStopEndsTheWaiting() throws Exception {
    try (RawClient one = proxy.forwardClient(0);
        RawClient other = proxy.forwardClient(1);
        RawClient waiting = proxy.forwardClient(1)) {
      one.send("joined");
      assertThat(other.read(6)).isEqualTo("joined");
      awaitClients(3);
      Thread drain =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      proxy.drain(Duration.ofSeconds(20));
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                  });

      assertEndsWithAReset(waiting);
      one.send("still").endOutput();
      assertThat(other.rest()).isEqualTo("still");
      other.endOutput();
      assertThat(one.rest()).isEmpty();
      assertThat(drain.join(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void oneThatNobodyComesForIsResetAfterTheIdleTimeout() throws IOException {
    try (RunningServer hasty =
            rendezvous(
                options ->
                    options
                        .with(ConfigurationKey.TIMEOUT_IDLE, Duration.ofMillis(200))
                        .with(ConfigurationKey.TIMEOUT_HALF_CLOSE, Duration.ofSeconds(60))
                        .with(ConfigurationKey.TIMEOUT_WRITE_STALL, Duration.ofSeconds(60)));
        RawClient waiting = hasty.forwardClient(0)) {
      assertEndsWithAReset(waiting);
      assertThat(hasty.metric("detour_requests_total", "kind=\"tcp\"", "code=\"504\""))
          .isEqualTo(1);
      assertThat(hasty.metric("detour_request_errors_total", "error=\"connection_timeout\""))
          .isEqualTo(1);
    }
  }

  @Test
  void oneMoreThanMayWaitIsReset() throws IOException {
    List<RawClient> waiting = new ArrayList<>();
    try {
      for (int i = 0; i < MAX_WAITING; i++) {
        waiting.add(proxy.forwardClient(0));
      }
      assertThatThrownBy(
              () -> { // The reset may come before this process knows that it is connected.
                try (RawClient tooMany = proxy.forwardClient(0)) {
                  tooMany.rest();
                }
              })
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThat(proxy.metric("detour_requests_total", "kind=\"tcp\"", "code=\"503\""))
          .isEqualTo(1);
      assertThat(proxy.metric("detour_request_errors_total", "error=\"connection_limit_reached\""))
          .isEqualTo(1);
      try (RawClient partner = proxy.forwardClient(1)) {
        waiting.getFirst().send("first").endOutput();
        assertThat(partner.rest()).isEqualTo("first");
      }
    } finally {
      for (RawClient client : waiting) {
        client.close();
      }
    }
  }

  /** Connected clients of the proxy. */
  private void awaitClients(int count) {
    await().until(() -> proxy.clients() == count);
  }

  private static void assertEndsWithAReset(RawClient client) {
    assertThatThrownBy(client::rest)
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }
}
