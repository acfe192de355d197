package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

/** {@code detour run} as a process that has too few descriptors, or is killed. */
@Timeout(120)
class DescriptorLimitIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SOON = Duration.ofSeconds(2);
  private static final Duration OBSERVED = Duration.ofSeconds(2);
  private static final int MANY = 1000;

  @TempDir private Path folder;

  private static String[] anywhere() {
    return new String[] {"run", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"};
  }

  @Test
  @DisplayName("O02 too few descriptors: the cap is lowered and one line says so")
  @Execution(CONCURRENT)
  void theCapIsLowered() throws Exception {
    try (DetourProcess detour =
        DetourProcess.startWithDescriptors(256, folder, anywhere()).ready()) {
      assertThat(detour.err().lines().filter(line -> line.contains("limits.tunnels")))
          .singleElement()
          .asString()
          .contains(" INFO ", "lowered from 20000 to ", "256 descriptors", "LimitNOFILE=");
    }
  }

  @Test
  @DisplayName("O02 hardly any descriptors: it does not start and says what to set")
  @Execution(CONCURRENT)
  void itRefusesToStart() throws Exception {
    try (DetourProcess detour = DetourProcess.startWithDescriptors(100, folder, anywhere())) {
      assertThat(detour.exitWithin(LONG)).isEqualTo(1);
      assertThat(detour.err()).contains("do not fit into 100 descriptors", "LimitNOFILE=");
    }
  }

  @Test
  @DisplayName(
      "O01 nofile 256, 1,000 connections: alive, CPU < 10 % over rest, full service <= 2 s after")
  @Execution(CONCURRENT)
  void aThousandConnectionsAreSurvived() throws Exception {
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour =
            DetourProcess.startWithDescriptors(256, folder, anywhere()).ready()) {
      holdMany(detour, origin);
      assertThat(detour.err()).doesNotContain("Exception", " ERROR ");
    }
  }

  @Test
  @DisplayName("O01 the descriptors run out while it serves: said once, full service <= 2 s after")
  @Execution(CONCURRENT)
  void aLimitThatIsLoweredLaterIsSurvived() throws Exception {
    Tool prlimit = Tool.ofPackage("prlimit", "util-linux");
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = DetourProcess.start(folder, Map.of(), anywhere()).ready()) {
      try (RawClient first = detour.client()) {
        assertThat(first.tunnel(origin.authority()).status()).isEqualTo(200);
      }
      prlimit.run(
          folder,
          "--pid",
          String.valueOf(detour.pid()),
          "--nofile=" + (detour.descriptors() + 40) + ":");

      holdMany(detour, origin);

      assertThat(detour.err().lines().filter(line -> line.contains("wait to be accepted")))
          .singleElement()
          .asString()
          .contains("accept: Too many open files (EMFILE)");
    }
  }

  /** Many clients that say nothing; then they go, and others are served. */
  private static void holdMany(DetourProcess detour, TcpOrigin origin) throws Exception {
    InetSocketAddress address = detour.addresses().getFirst();
    Duration atRest = atRest(detour);
    List<SocketChannel> silent = new ArrayList<>();
    try {
      for (int i = 0; i < MANY; i++) {
        SocketChannel client = SocketChannel.open();
        silent.add(client);
        client.configureBlocking(false);
        client.connect(address);
      }
      awaitRest(detour, atRest);
    } finally {
      for (SocketChannel client : silent) {
        client.close();
      }
    }
    await("it serves again")
        .atMost(SOON)
        .until(
            () -> {
              try (RawClient client = detour.client()) {
                return client.tunnel(origin.authority()).status() == 200;
              } catch (IOException e) {
                return false;
              }
            });
    serveSome(detour, origin);
  }

  /**
   * Once the new connections are dealt with, it uses less than a tenth of a processor beyond what
   * it uses at rest. The kernel of a virtual machine may charge a thread for time that it slept, so
   * that is no constant.
   */
  private static void awaitRest(DetourProcess detour, Duration atRest) {
    Duration most = atRest.plus(OBSERVED.dividedBy(10));
    await("less than 10 % of a processor beyond " + atRest + " in " + OBSERVED)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .atMost(LONG)
        .until(() -> observe(detour).compareTo(most) < 0);
    assertThat(detour.isAlive()).isTrue();
  }

  /** The less of two, since the first may see the end of the start. */
  private static Duration atRest(DetourProcess detour) {
    Duration first = observe(detour);
    Duration second = observe(detour);
    Duration least = first.compareTo(second) < 0 ? first : second;
    assertThat(least).isLessThan(OBSERVED.dividedBy(2));
    return least;
  }

  /** The processor time that it takes while it is observed. */
  private static Duration observe(DetourProcess detour) {
    Duration before = detour.processorTime();
    await().during(OBSERVED).atMost(LONG).until(detour::isAlive);
    return detour.processorTime().minus(before);
  }

  private static void serveSome(DetourProcess detour, TcpOrigin origin) throws IOException {
    List<RawClient> served = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      RawClient client = detour.client();
      served.add(client);
      assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
    }
    for (RawClient client : served) {
      assertThat(client.send("ping").endOutput().rest()).isEqualTo("ping");
      client.close();
    }
  }

  @Test
  @DisplayName("X04 kill -9 with open tunnels, and it binds again at once")
  @Execution(CONCURRENT)
  void afterAKillItBindsAtOnce() throws Exception {
    int port = LoopbackPort.free();
    Path socket = folder.resolve("proxy.sock");
    String[] arguments = {
      "run", "--listen", "127.0.0.1:" + port + ",unix:" + socket, "--admin-listen", "127.0.0.1:0"
    };
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess killed = DetourProcess.start(folder, Map.of(), arguments).ready();
        RawClient client = killed.client();
        UnixClient local = UnixClient.connect(socket)) {
      assertThat(killed.out()).contains("  proxy   unix:" + socket + "\n");
      assertThat(client.tunnel(origin.authority()).status()).isEqualTo(200);
      assertThat(local.tunnel(origin.authority()).status()).isEqualTo(200);
      killed.kill();
      assertThat(Files.exists(socket)).isTrue();

      try (DetourProcess next = DetourProcess.start(folder, Map.of(), arguments).ready();
          RawClient again = next.client();
          UnixClient localAgain = UnixClient.connect(socket)) {
        assertThat(again.tunnel(origin.authority()).status()).isEqualTo(200);
        assertThat(localAgain.tunnel(origin.authority()).status()).isEqualTo(200);
      }
    }
  }

  @Test
  @DisplayName("D11 no descriptor for the connection to the target: 503 with Retry-After")
  @Execution(CONCURRENT)
  void aDialWithoutADescriptorIsAnswered() throws Exception {
    Tool prlimit = Tool.ofPackage("prlimit", "util-linux");
    try (TcpOrigin origin = TcpOrigin.echo();
        DetourProcess detour = DetourProcess.start(folder, Map.of(), anywhere()).ready()) {
      try (RawClient first = detour.client()) {
        assertThat(first.tunnel(origin.authority()).status()).isEqualTo(200);
      }
      await().atMost(LONG).until(() -> origin.open() == 0);
      try (RawClient tunnel = detour.client();
          RawClient plain = detour.client()) {
        // Both are accepted once one of them is answered, and the other has sent the begin of a
        // head.
        assertThat(
                plain.send("GET http://none.invalid/ HTTP/1.1\r\nHost: x\r\n\r\n").head().status())
            .isEqualTo(502);
        tunnel.send("CONNECT ");
        await().atMost(LONG).until(() -> SocketTable.hasReadAll(port(detour), tunnel.localPort()));
        prlimit.run(
            folder,
            "--pid",
            String.valueOf(detour.pid()),
            "--nofile=" + detour.descriptors() + ":");

        tunnel.send(origin.authority() + " HTTP/1.1\r\nHost: x\r\n\r\n");

        ResponseHead answer = tunnel.head();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.field("Retry-After")).matches("[1-9][0-9]*");
        assertThat(answer.field("Proxy-Status")).contains("error=proxy_internal_error");
      }
    }
  }

  private static int port(DetourProcess detour) {
    return detour.addresses().getFirst().getPort();
  }
}
