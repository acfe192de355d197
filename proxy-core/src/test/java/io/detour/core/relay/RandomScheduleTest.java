package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.detour.core.CloseReason;
import io.detour.core.RelayPath;
import io.detour.core.TunnelStats;
import io.detour.core.conduit.ConduitPool;
import io.detour.core.conduit.PipeBudget;
import io.detour.core.tcp.EpollSocket;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * T21: two peers that send, end, reset, read and stall at random, against what must come of it.
 * Each seed is one tunnel; the same seed always plays the same.
 *
 * <p>{@code -Ddetour.seeds=10000} plays more seeds, {@code -Ddetour.seed=42} one alone.
 */
class RandomScheduleTest {
  private static final int CLIENT_SOCKET = 1;
  private static final int UPSTREAM_SOCKET = 2;
  private static final int STEPS = 60;
  private static final Duration NEVER = Duration.ofDays(1);

  @ParameterizedTest(name = "T21 {0}")
  @EnumSource
  @Execution(CONCURRENT)
  void everyScheduleEndsAsItMust(RelayMode mode) {
    play(mode, Integer.getInteger("detour.seeds", 2000));
  }

  @ParameterizedTest(name = "T21 {0}")
  @EnumSource
  @Tag("campaign")
  void everyOneOfManySchedulesEndsAsItMust(RelayMode mode) {
    play(mode, Integer.getInteger("detour.seeds", 20_000));
  }

  private static void play(RelayMode mode, int seeds) {
    long only = Long.getLong("detour.seed", -1);
    for (long seed = Math.max(only, 0); seed < (only < 0 ? seeds : only + 1); seed++) {
      try {
        new Schedule(mode, seed).play();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + " with " + mode, e);
      }
    }
  }

  /** One tunnel between two simulated peers. */
  private static final class Schedule {
    private final Random random;
    private final MockTicker clock = Ticker.newMockTicker();
    private final SimulatedKernel kernel;
    private final ManualIoEventLoop eventLoop;
    private final ConduitPool conduits;
    private final RelayTotals totals = new RelayTotals();
    private final SimulatedSocket client;
    private final SimulatedSocket upstream;
    private @Nullable TunnelStats ended;

    /** Resets are rare in most schedules, or few bytes would ever be moved. */
    private final int resetOdds;

    Schedule(RelayMode mode, long seed) {
      random = new Random(seed);
      resetOdds = random.nextInt(4) == 0 ? 20 : 400;
      client = new SimulatedSocket(bufferSize(), bufferSize());
      upstream = new SimulatedSocket(bufferSize(), bufferSize());
      kernel = new SimulatedKernel(random);
      kernel.add(CLIENT_SOCKET, client);
      kernel.add(UPSTREAM_SOCKET, upstream);
      eventLoop = new ManualIoEventLoop(null, Thread.currentThread(), executor -> kernel, clock);
      conduits = new ConduitPool(kernel, new PipeBudget(4), 64 * 1024, 64 * 1024);
      RelayOptions options =
          RelayOptions.defaults().withMode(mode).withTimeouts(NEVER, NEVER, NEVER);
      RelayLoop loop = new RelayLoop(eventLoop, options, kernel, conduits, totals);
      new Relay(
              loop,
              endpoint(client, CLIENT_SOCKET, Side.CLIENT),
              endpoint(upstream, UPSTREAM_SOCKET, Side.UPSTREAM),
              stats -> ended = stats)
          .begin(null, null);
    }

    private int bufferSize() {
      return 1 << (9 + random.nextInt(10));
    }

    private static Endpoint endpoint(SimulatedSocket socket, int descriptor, Side side) {
      EmbeddedChannel channel = new EmbeddedChannel();
      channel.closeFuture().addListener(closed -> socket.close());
      return new Endpoint(channel, new EpollSocket(new FileDescriptor(descriptor)), side, false);
    }

    void play() {
      for (int step = 0; step < STEPS; step++) {
        act(random.nextBoolean() ? client : upstream);
        for (int turns = random.nextInt(3); turns > 0; turns--) {
          turn();
        }
      }
      finish();
      check(client, upstream);
      check(upstream, client);
      checkNothingIsLeft();
    }

    private void act(SimulatedSocket socket) {
      int dice = random.nextInt(resetOdds);
      if (dice == 0) {
        socket.peerResets();
      } else if (random.nextInt(40) == 0) {
        socket.peerEnds();
      } else if (random.nextInt(3) == 0) {
        socket.peerReads(1 << random.nextInt(18));
      } else {
        for (int segments = random.nextInt(20); segments > 0; segments--) {
          byte[] segment = new byte[1 + random.nextInt(1 << random.nextInt(15))];
          random.nextBytes(segment);
          socket.peerSends(segment);
        }
      }
    }

    private void turn() {
      clock.advance(1, TimeUnit.MILLISECONDS);
      eventLoop.runNow();
    }

    /** Both peers end and read until the tunnel is over. */
    private void finish() {
      client.peerEnds();
      upstream.peerEnds();
      for (int turns = 0; ended == null; turns++) {
        assertThat(turns).as("turns until the tunnel ends").isLessThan(5000);
        client.peerReads(Integer.MAX_VALUE);
        upstream.peerReads(Integer.MAX_VALUE);
        turn();
      }
      client.peerReads(Integer.MAX_VALUE);
      upstream.peerReads(Integer.MAX_VALUE);
    }

    /** What {@code to} must have got of what {@code from} did. */
    private void check(SimulatedSocket from, SimulatedSocket to) {
      byte[] sent = from.sent.toByteArray();
      byte[] received = to.received.toByteArray();
      assertThat(Arrays.equals(received, 0, received.length, sent, 0, received.length))
          .as("what was received is the beginning of what was sent")
          .isTrue();
      if (to.peerWasReset()) {
        return; // It has thrown away what it had not read.
      }
      assertThat(received).as("everything was delivered").hasSameSizeAs(sent);
      if (!from.peerWasReset()) {
        assertThat(to.sawFin).as("the end of stream was passed on").isTrue();
        assertThat(to.resetByRelay).as("nobody reset").isFalse();
      } else if (from.peerHasEnded()) {
        assertThat(to.sawFin).as("the end of stream came before the reset").isTrue();
      } else {
        assertThat(to.sawFin).as("a reset is no end of stream").isFalse();
        assertThat(to.sawReset).as("the reset was passed on").isTrue();
      }
    }

    private void checkNothingIsLeft() {
      assertThat(client.isClosed()).isTrue();
      assertThat(upstream.isClosed()).isTrue();
      assertThat(kernel.registrations()).isZero();
      assertThat(conduits.leasedPipes()).isZero();
      conduits.close();
      assertThat(kernel.openPipeEnds()).isEmpty();
      TunnelStats stats = Objects.requireNonNull(ended);
      if (!client.peerWasReset() && !upstream.peerWasReset()) {
        assertThat(stats.reason()).isIn(CloseReason.CLIENT_FIN, CloseReason.UPSTREAM_FIN);
        assertThat(stats.upstreamBytes()).isEqualTo(client.sent.size());
        assertThat(stats.downstreamBytes()).isEqualTo(upstream.sent.size());
      }
      for (RelayPath path : RelayPath.values()) {
        assertThat(totals.open(path)).isZero();
      }
    }
  }
}
