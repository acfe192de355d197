package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.core.relay.RelayMode;
import io.detour.server.dial.DialResult;
import io.detour.server.status.DialError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ssh -D}, a SOCKS 5 proxy that is not ours, as the parent. */
@Timeout(120)
class SshParentIT {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private SshServer server;

  @SuppressWarnings("NullAway.Init")
  private Process ssh;

  @SuppressWarnings("NullAway.Init")
  private RelayedDial dial;

  @BeforeEach
  void start() throws Exception {
    Path tools = Files.createDirectory(folder.resolve("tools"));
    server = SshServer.start(folder, tools);
    int port = LoopbackPort.free();
    ssh =
        new ProcessBuilder(
                tools.resolve("ssh").toString(),
                "-N",
                "-D",
                "127.0.0.1:" + port,
                "gate.example.com")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("ssh.log").toFile())
            .start();
    await().atMost(LONG).until(() -> listens(port));
    dial = RelayedDial.through("socks5://127.0.0.1:" + port, RelayMode.AUTO);
  }

  private boolean listens(int port) {
    assertThat(ssh.isAlive()).as("ssh runs").isTrue();
    try (Socket connection = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      return connection.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void end() throws Exception {
    if (dial != null) {
      dial.close();
    }
    if (ssh != null) {
      ssh.destroy();
      ssh.onExit().orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
    }
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"127.0.0.1", "localhost"})
  void aTunnelLeadsThroughIt(String host) throws Exception {
    try (TcpOrigin origin =
            TcpOrigin.start(
                connection -> {
                  byte[] question = connection.getInputStream().readAllBytes();
                  connection.getOutputStream().write("got ".getBytes(ISO_8859_1));
                  connection.getOutputStream().write(question);
                });
        Socket client = dial.tunnel(host + ":" + origin.port())) {
      client.getOutputStream().write("hello".getBytes(ISO_8859_1));
      client.shutdownOutput();

      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("got hello");
    }
  }

  /** {@code docs/configuration.md} says so. */
  @Test
  @Tag("D05")
  void aTargetThatIsDownEndsTheConnectionWithoutAReply() throws Exception {
    DialResult result = dial.dial("127.0.0.1:" + LoopbackPort.refusing());

    assertThat(result)
        .asInstanceOf(InstanceOfAssertFactories.type(DialResult.Failed.class))
        .extracting(DialResult.Failed::error)
        .isEqualTo(DialError.CONNECTION_TERMINATED);
  }
}
