package io.detour.core.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A peer whose process is stopped for a while in the middle of two streams, and then goes on. */
@Timeout(120)
class StoppedPeerTest {
  private static final long BYTES = 64L << 20;

  @ParameterizedTest(name = "T17 {0}")
  @EnumSource
  @Execution(CONCURRENT)
  void aPeerThatIsStoppedAndContinuedLosesNothing(Side side) throws Exception {
    stopAndContinue(side, Duration.ofSeconds(2));
  }

  @ParameterizedTest(name = "T17 {0}")
  @EnumSource
  @Tag("campaign")
  void aPeerThatIsStoppedForTenSecondsLosesNothing(Side side) throws Exception {
    stopAndContinue(side, Duration.ofSeconds(10));
  }

  private static void stopAndContinue(Side side, Duration pause) throws Exception {
    int tunnels = RelayMode.values().length;
    switch (side) {
      case CLIENT -> {
        try (ServerSocket origin = listen();
            Relays relays = new Relays(origin.getLocalSocketAddress());
            SecondJvm peer = peer(relays.ports())) {
          play(peer, relays, origin::accept, pause);
        }
      }
      case UPSTREAM -> {
        try (SecondJvm peer = peer(List.of("listen", tunnels))) {
          try (Relays relays = new Relays(loopback(Integer.parseInt(peer.line())))) {
            var ports = relays.ports().iterator();
            play(
                peer,
                relays,
                () -> new Socket(InetAddress.getLoopbackAddress(), ports.next()),
                pause);
          }
        }
      }
    }
  }

  private static SecondJvm peer(List<?> arguments) throws IOException {
    List<Object> all = new ArrayList<>(arguments);
    all.addFirst(BYTES);
    return SecondJvm.start(List.of(), SecondJvm.classPath(), PeerProcess.class, all.toArray());
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  private static SocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Opens this test's end of a tunnel. */
  private interface Opener {
    Socket open() throws IOException;
  }

  private static void play(SecondJvm peer, Relays relays, Opener opener, Duration pause)
      throws Exception {
    List<CompletableFuture<String>> digests = new ArrayList<>();
    for (int i = 0; i < RelayMode.values().length; i++) {
      Socket socket = opener.open();
      digests.add(
          RelayStreamTest.send(socket, BYTES, 2)
              .thenCombine(
                  RelayStreamTest.receive(socket), (sent, received) -> received + " " + sent));
    }
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> relays.haveRelayed(BYTES / 16));
    peer.stop();
    try {
      Awaitility.await()
          .atMost(pause.plusSeconds(5))
          .during(pause)
          .until(() -> digests.stream().noneMatch(CompletableFuture::isDone));
    } finally {
      peer.proceed();
    }
    List<String> seenHere = new ArrayList<>();
    List<String> seenThere = new ArrayList<>();
    for (CompletableFuture<String> digest : digests) {
      seenHere.add(digest.get());
      seenThere.add(peer.line());
    }
    assertThat(seenThere).containsExactlyInAnyOrderElementsOf(seenHere);
    assertThat(peer.exitCode(20)).isZero();
  }

  /** A relay for each mode. */
  private static final class Relays implements AutoCloseable {
    private final List<RelayServer> servers = new ArrayList<>();

    Relays(SocketAddress target) {
      for (RelayMode mode : RelayMode.values()) {
        servers.add(new RelayServer(RelayOptions.defaults().withMode(mode), target, 0));
      }
    }

    List<Integer> ports() {
      return servers.stream().map(server -> server.address().getPort()).toList();
    }

    boolean haveRelayed(long bytes) {
      return servers.stream().allMatch(server -> server.relayedBytes() >= bytes);
    }

    @Override
    public void close() {
      servers.forEach(RelayServer::close);
    }
  }
}
