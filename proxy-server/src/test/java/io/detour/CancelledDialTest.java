package io.detour;

import static io.detour.RawClient.connectHead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.config.ConfigurationKey;
import io.detour.core.HostPort;
import io.detour.server.accept.ListenAddress;
import io.detour.server.dial.DeafListener;
import io.detour.server.serve.Forward;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that is reset while the target does not answer: the dial ends, for both protocols. */
@Timeout(60)
class CancelledDialTest {
  private static final Duration AT_ONCE = Duration.ofMillis(100);

  /** Longer than any wait here, so that no dial ends by itself. */
  private static final Duration LONG = Duration.ofMinutes(5);

  private static final Duration POLL = Duration.ofMillis(2);
  private static final int TIMES = 5;

  /** What the client does on top of asking, before it resets. */
  enum Before {
    NOTHING {
      @Override
      void act(RawClient client) {}
    },
    DATA {
      @Override
      void act(RawClient client) throws IOException {
        client.send(new byte[100_000]);
      }
    },
    ITS_END {
      @Override
      void act(RawClient client) throws IOException {
        client.endOutput();
      }
    },
    DATA_AND_ITS_END {
      @Override
      void act(RawClient client) throws IOException {
        client.send(new byte[100_000]).endOutput();
      }
    };

    abstract void act(RawClient client) throws IOException;
  }

  @SuppressWarnings("NullAway.Init")
  private DeafListener deaf;

  @SuppressWarnings("NullAway.Init")
  private RunningServer proxy;

  private long fillers;

  @BeforeEach
  void start() throws IOException {
    deaf = DeafListener.start();
    fillers = SocketTable.connecting(deaf.port());
    HostPort target = HostPort.parse("127.0.0.1:" + deaf.port()).orElseThrow();
    Forward forward = new Forward.Fixed(ListenAddress.Inet.parse("127.0.0.1:0"), target);
    proxy =
        RunningServer.with(
            options ->
                options
                    .with(ConfigurationKey.FORWARD, List.of(forward))
                    .with(ConfigurationKey.TIMEOUT_CONNECT, LONG));
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    deaf.close();
  }

  @ParameterizedTest(name = "T19 CONNECT: a reset after {0} ends the dial")
  @EnumSource(Before.class)
  void aResetEndsTheDialOfAConnect(Before before) throws IOException {
    try (RawClient client = asking()) {
      cancelled(client, before);
    }
  }

  @ParameterizedTest(name = "T19 TCP: a reset after {0} ends the dial")
  @EnumSource(Before.class)
  void aResetEndsTheDialOfAPlainClient(Before before) throws IOException {
    try (RawClient client = proxy.forwardClient(0)) {
      cancelled(client, before);
    }
  }

  @ParameterizedTest(name = "T19: a reset after {0} ends the dial within 100 ms")
  @EnumSource(Before.class)
  @Tag("campaign")
  void aResetEndsTheDialAtOnce(Before before) throws IOException {
    List<Duration> connect = new ArrayList<>();
    List<Duration> plain = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      try (RawClient client = asking()) {
        connect.add(cancelled(client, before));
      }
      try (RawClient client = proxy.forwardClient(0)) {
        plain.add(cancelled(client, before));
      }
    }
    assertAtOnce(connect);
    assertAtOnce(plain);
  }

  private RawClient asking() throws IOException {
    RawClient client = proxy.client();
    client.send(connectHead("127.0.0.1:" + deaf.port()));
    return client;
  }

  /** From the reset to the moment when the kernel has no connection under way any more. */
  private Duration cancelled(RawClient client, Before before) throws IOException {
    before.act(client);
    await().pollInterval(POLL).until(() -> SocketTable.connecting(deaf.port()) > fillers);
    long start = System.nanoTime();
    client.reset();
    await().pollInterval(POLL).until(() -> SocketTable.connecting(deaf.port()) == fillers);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** The median, since this machine may be busy with something else for one of them. */
  private static void assertAtOnce(List<Duration> took) {
    Collections.sort(took);
    assertThat(took.get(TIMES / 2)).as("median of %s", took).isLessThan(AT_ONCE);
  }
}
