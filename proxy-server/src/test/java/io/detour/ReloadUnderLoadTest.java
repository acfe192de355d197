package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.server.decide.RecordedLog;
import io.detour.server.decide.ReloadResult;
import io.detour.server.decide.Reloader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rules are replaced while tunnels are open and others are asked for.
 *
 * <p>There are two rule sets. In one the rule {@code left} decides on {@code old.test} and leads to
 * one origin; in the other {@code right} does and leads to another. The rules stand in opposite
 * order, so that who took the decision from one set and the count from the other would count the
 * wrong rule. Each file begins with a test that needs its last rule, so that half a file is none.
 */
@Timeout(120)
class ReloadUnderLoadTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int FILLERS = 200;

  /** Each is followed by a request of its own; half of them lead to each side. */
  private static final int RELOADS = 50;

  /** Descriptors and threads that the JVM may have for itself meanwhile. */
  private static final int FEW = 20;

  private static final long MIN_LEAK_BYTES = 16L << 20;

  @TempDir private Path folder;

  /** Keeps ten thousand reloads out of the build's log. */
  private final RecordedLog log = RecordedLog.of(Reloader.class);

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin left;

  @SuppressWarnings("NullAway.Init")
  private TcpOrigin right;

  @BeforeEach
  void start() throws IOException {
    left = TcpOrigin.start(ReloadUnderLoadTest::echoForLong);
    right = TcpOrigin.start(ReloadUnderLoadTest::echoForLong);
  }

  @AfterEach
  void stop() throws IOException {
    left.close();
    right.close();
    log.close();
  }

  @Test
  @DisplayName("R01: a reload under 1,000 tunnels and requests cuts nothing and fails nothing")
  void aReloadTouchesNoTunnelAndNoRequest() throws Exception {
    try (ReloadingServer server = ReloadingServer.start(folder, set("left"))) {
      List<RawClient> tunnels = open(server, 1000);
      RequestLoad load = RequestLoad.on(server.server().address(), "old.test:443");
      try (load) {
        for (int i = 0; i < RELOADS; i++) {
          reload(server, i % 2 == 0 ? "right" : "left");
        }
        int asked = load.asked();
        await().atMost(DEADLINE).until(() -> load.asked() > asked + 100);
      }

      assertThat(load.failures()).isEmpty();
      assertThat(load.answers()).containsExactlyInAnyOrder(hop(left), hop(right));
      for (RawClient tunnel : tunnels) {
        assertThat(tunnel.send("ping").read(4)).isEqualTo("ping");
        tunnel.reset();
      }
      assertThat(matches(server, "left"))
          .isEqualTo(load.answered(hop(left)) + tunnels.size() + RELOADS / 2);
      assertThat(matches(server, "right")).isEqualTo(load.answered(hop(right)) + RELOADS / 2);
    }
  }

  private static long matches(ReloadingServer server, String rule) throws IOException {
    return (long) server.server().metric("detour_rule_matches_total", "rule=\"" + rule + '"');
  }

  @Test
  @DisplayName("R04: hundreds of reloads under load leave nothing behind")
  void hundredsOfReloadsLeaveNothingBehind() throws Exception {
    reloadsLeaveNothingBehind(200);
  }

  @Test
  @Tag("campaign")
  @Timeout(1800)
  @DisplayName("R04: 10,000 reloads under load leave nothing behind")
  void thousandsOfReloadsLeaveNothingBehind() throws Exception {
    reloadsLeaveNothingBehind(10_000);
  }

  private void reloadsLeaveNothingBehind(int reloads) throws Exception {
    Path volume = Files.createDirectory(folder.resolve("volume"));
    flip(volume, 0, set("left"));
    Path file =
        Files.createSymbolicLink(volume.resolve("rules.yaml"), Path.of("..data/rules.yaml"));
    try (ReloadingServer server = ReloadingServer.of(file, Duration.ZERO)) {
      reloadUnderLoad(server, volume, 1, 100);
      Footprint before = Footprint.taken(server);

      reloadUnderLoad(server, volume, 101, reloads);

      Footprint after = Footprint.taken(server);
      assertThat(after.heapBytes()).isLessThan(before.heapBytes() + MIN_LEAK_BYTES);
      assertThat(after.descriptors()).isLessThan(before.descriptors() + FEW);
      assertThat(after.threads()).isLessThan(before.threads() + FEW);
      assertThat(after.series()).isEqualTo(before.series());
    }
  }

  private void reloadUnderLoad(ReloadingServer server, Path volume, int first, int count)
      throws Exception {
    try (RequestLoad load = RequestLoad.on(server.server().address(), "old.test:443")) {
      for (int i = first; i < first + count; i++) {
        String name = i % 2 == 0 ? "left" : "right";
        flip(volume, i, i % 10 == 9 ? "version: 1\nrules: [oops" : set(name));
        ReloadResult result = server.reload();
        assertThat(result)
            .as(result.summary())
            .isInstanceOf(i % 10 == 9 ? ReloadResult.Kept.class : ReloadResult.Replaced.class);
      }
      assertThat(load.failures()).isEmpty();
    }
  }

  /** As Kubernetes changes a mounted ConfigMap: a new folder, and a link renamed over the old. */
  private static void flip(Path volume, int version, String text) throws IOException {
    Path next = Files.createDirectory(volume.resolve(".." + version));
    Files.writeString(next.resolve("rules.yaml"), text);
    Path link = Files.createSymbolicLink(volume.resolve("..data_tmp"), next.getFileName());
    Files.move(link, volume.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    Path last = volume.resolve(".." + (version - 1));
    Files.deleteIfExists(last.resolve("rules.yaml"));
    Files.deleteIfExists(last);
  }

  private void reload(ReloadingServer server, String name) throws Exception {
    server.write(set(name));
    assertThat(server.reload()).isInstanceOf(ReloadResult.Replaced.class);
    try (RawClient client = server.server().client()) {
      assertThat(client.tunnel("old.test:443").field("Proxy-Status"))
          .isEqualTo(hop(name.equals("left") ? left : right));
      client.reset();
    }
  }

  private List<RawClient> open(ReloadingServer server, int count) throws IOException {
    List<RawClient> tunnels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawClient tunnel = server.server().client();
      assertThat(tunnel.tunnel("old.test:443").status()).isEqualTo(200);
      tunnels.add(tunnel);
    }
    return tunnels;
  }

  private static String hop(TcpOrigin origin) {
    return "detour; next-hop=\"" + origin.authority() + "\"";
  }

  /** The rules with one of the two in front. */
  private String set(String first) {
    String other = first.equals("left") ? "right" : "left";
    StringBuilder text =
        new StringBuilder("version: 1\n")
            .append("tests:\n  - { host: old.test, expect: { rule: ")
            .append(first)
            .append(" } }\n  - { host: last.test, expect: { rule: last } }\nrules:\n");
    for (String name : List.of(first, other)) {
      TcpOrigin origin = name.equals("left") ? left : right;
      text.append("  - { name: ").append(name);
      text.append(", match: { host: { exact: old.test } }, action: rewrite, log: off, to: \"");
      text.append(origin.authority()).append("\" }\n");
    }
    for (int i = 0; i < FILLERS; i++) {
      text.append("  - { name: filler-").append(i);
      text.append(", match: { host: { exact: f").append(i);
      text.append(".test } }, action: pass }\n");
    }
    text.append("  - { name: last, match: { host: { exact: last.test } }, action: pass }\n");
    return text.toString();
  }

  private static void echoForLong(Socket connection) throws IOException {
    connection.setSoTimeout(0);
    connection.getInputStream().transferTo(connection.getOutputStream());
  }

  /**
   * What a server takes while nobody asks it for anything.
   *
   * @param series on its metrics page
   */
  private record Footprint(long heapBytes, long descriptors, int threads, long series) {
    static Footprint taken(ReloadingServer server) throws IOException {
      await().atMost(DEADLINE).until(() -> server.server().clients() == 0);
      for (int i = 0; i < 3; i++) {
        System.gc();
      }
      return new Footprint(
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
          SocketTable.openDescriptors(),
          Thread.activeCount(),
          server.server().metrics().lines().filter(line -> line.startsWith("detour_")).count());
    }
  }
}
