package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.CloseReason;
import io.detour.core.Direction;
import io.detour.core.RelayPath;
import io.detour.core.SpliceFallback;
import io.detour.core.TunnelStats;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes through real sockets: all of them, in order, both ways at once. */
@Timeout(60)
class RelayStreamTest {
  private static final long HUNDRED_MIB = 100L << 20;

  /** Senders and receivers block each other, so each has a thread. */
  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void hundredMebibytesBothWaysAtOnceArriveUnchanged(RelayMode mode) throws Exception {
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode))) {
      var sentUp = send(tunnel.client, HUNDRED_MIB, 1);
      var sentDown = send(tunnel.upstream, HUNDRED_MIB, 2);
      var receivedUp = receive(tunnel.upstream);
      var receivedDown = receive(tunnel.client);

      assertThat(receivedUp.get()).isEqualTo(sentUp.get());
      assertThat(receivedDown.get()).isEqualTo(sentDown.get());
      TunnelStats stats = tunnel.ended();
      assertThat(stats.upstreamBytes()).isEqualTo(HUNDRED_MIB);
      assertThat(stats.downstreamBytes()).isEqualTo(HUNDRED_MIB);
      assertThat(stats.reason()).isIn(CloseReason.CLIENT_FIN, CloseReason.UPSTREAM_FIN);
      assertThat(stats.path())
          .isEqualTo(mode == RelayMode.COPY ? RelayPath.COPY : RelayPath.SPLICE);
      assertThat(tunnel.statistics().leasedPipes()).isZero();
    }
  }

  @Test
  void automaticModeSplicesAlmostAllOfAStream() throws Exception {
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults())) {
      var sent = send(tunnel.upstream, HUNDRED_MIB, 3);
      assertThat(receive(tunnel.client).get()).isEqualTo(sent.get());

      RelayStatistics statistics = tunnel.statistics();
      assertThat(statistics.relayedBytes(Direction.DOWNSTREAM, RelayPath.SPLICE))
          .isGreaterThan(HUNDRED_MIB * 9 / 10);
      assertThat(statistics.relayedBytes(Direction.UPSTREAM, RelayPath.SPLICE)).isZero();
      assertThat(statistics.openTunnels(RelayPath.SPLICE)).isEqualTo(1);
      assertThat(statistics.openTunnels(RelayPath.COPY)).isZero();
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void smallMessagesGoBackAndForth(RelayMode mode) throws Exception {
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode))) {
      byte[] message = "hello".getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 1000; i++) {
        tunnel.client.getOutputStream().write(message);
        assertThat(tunnel.upstream.getInputStream().readNBytes(5)).isEqualTo(message);
        tunnel.upstream.getOutputStream().write(message);
        assertThat(tunnel.client.getInputStream().readNBytes(5)).isEqualTo(message);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void whatTheClientSaidBeforeItWasAnsweredIsKnown(RelayMode mode) throws Exception {
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode))) {
      sayAnswerSay(tunnel);

      assertThat(tunnel.ended().openingBytes()).isEqualTo(5);
      assertThat(tunnel.ended().upstreamBytes()).isEqualTo(12);
    }
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode))) {
      tunnel.client.getOutputStream().write(new byte[5]);
      tunnel.client.shutdownOutput();
      assertThat(tunnel.upstream.getInputStream().readAllBytes()).hasSize(5);
      tunnel.upstream.shutdownOutput();

      assertThat(tunnel.ended().openingBytes()).isEqualTo(5);
    }
  }

  /** 5 bytes, 3 back, 7 more, and the end. */
  static void sayAnswerSay(Tunnel tunnel) throws IOException {
    tunnel.client.getOutputStream().write(new byte[5]);
    assertThat(tunnel.upstream.getInputStream().readNBytes(5)).hasSize(5);
    tunnel.upstream.getOutputStream().write(new byte[3]);
    assertThat(tunnel.client.getInputStream().readNBytes(3)).hasSize(3);
    tunnel.client.getOutputStream().write(new byte[7]);
    tunnel.client.shutdownOutput();
    assertThat(tunnel.upstream.getInputStream().readAllBytes()).hasSize(7);
    tunnel.upstream.shutdownOutput();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  @Tag("C02")
  void bytesThatCameBeforeTheRelayGoFirst(RelayMode mode) throws Exception {
    byte[] greeting = "SSH-2.0-early\r\n".getBytes(StandardCharsets.US_ASCII);
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode), greeting, 0)) {
      byte[] later = "later".getBytes(StandardCharsets.US_ASCII);
      tunnel.client.getOutputStream().write(later);
      tunnel.upstream.getOutputStream().write(later);

      for (Socket side : new Socket[] {tunnel.client, tunnel.upstream}) {
        byte[] received = side.getInputStream().readNBytes(greeting.length + later.length);
        assertThat(received)
            .asString(StandardCharsets.US_ASCII)
            .isEqualTo("SSH-2.0-early\r\nlater");
      }
    }
  }

  @ParameterizedTest(name = "S01 {0}")
  @EnumSource
  @Tag("S01")
  void anUrgentByteDoesNotHoldUpWhatFollows(RelayMode mode) throws Exception {
    try (Tunnel tunnel = new Tunnel(RelayOptions.defaults().withMode(mode))) {
      for (int round = 0; round < 3; round++) {
        for (Socket from : new Socket[] {tunnel.client, tunnel.upstream}) {
          Socket to = from.equals(tunnel.client) ? tunnel.upstream : tunnel.client;
          from.getOutputStream().write("before".getBytes(StandardCharsets.US_ASCII));
          from.sendUrgentData('!');
          from.getOutputStream().write("behind".getBytes(StandardCharsets.US_ASCII));

          assertThat(to.getInputStream().readNBytes(12))
              .asString(StandardCharsets.US_ASCII)
              .isEqualTo("beforebehind");
        }
      }
    }
  }

  @Test
  @Tag("S04")
  void withoutPipesEverythingIsCopied() throws Exception {
    RelayOptions noPipes = RelayOptions.defaults().withMode(RelayMode.SPLICE).withPipes(0);
    try (Tunnel tunnel = new Tunnel(noPipes)) {
      var sent = send(tunnel.client, HUNDRED_MIB / 10, 4);

      assertThat(receive(tunnel.upstream).get()).isEqualTo(sent.get());
      assertThat(tunnel.statistics().relayedBytes(Direction.UPSTREAM, RelayPath.COPY))
          .isEqualTo(HUNDRED_MIB / 10);
      assertThat(tunnel.statistics().spliceFallbacks(SpliceFallback.PIPE_LIMIT)).isPositive();
    }
  }

  /** Sends pseudo-random bytes and FIN; the digest of what was sent. */
  static CompletableFuture<String> send(Socket socket, long bytes, long seed) {
    return CompletableFuture.supplyAsync(
        () -> {
          MessageDigest digest = sha256();
          byte[] chunk = new byte[100_000];
          Random random = new Random(seed);
          try {
            OutputStream out = new DigestOutputStream(socket.getOutputStream(), digest);
            for (long left = bytes; left > 0; left -= chunk.length) {
              random.nextBytes(chunk);
              out.write(chunk, 0, (int) Math.min(chunk.length, left));
            }
            socket.shutdownOutput();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          return hex(digest);
        },
        THREADS);
  }

  /** Receives until the end of stream; the digest of what was received. */
  static CompletableFuture<String> receive(Socket socket) {
    return CompletableFuture.supplyAsync(
        () -> {
          MessageDigest digest = sha256();
          try {
            InputStream in = new DigestInputStream(socket.getInputStream(), digest);
            in.transferTo(OutputStream.nullOutputStream());
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          return hex(digest);
        },
        THREADS);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
