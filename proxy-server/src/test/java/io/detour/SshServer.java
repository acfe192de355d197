package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * An {@code sshd} on a free loopback port, with keys of its own, at which the current user can log
 * in; and an {@code ssh} on a search path of its own that takes every host for it.
 */
final class SshServer implements AutoCloseable {
  private static final Path SSHD = Path.of("/usr/sbin/sshd");
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Path tools;
  private final int port;
  private final Process process;

  private SshServer(Path tools, int port, Process process) {
    this.tools = tools;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts one. Skips the test, with the reason, where it cannot run.
   *
   * @param folder for its files
   * @param tools a folder of programs, the first that commands find; gets {@code ssh}
   */
  static SshServer start(Path folder, Path tools) throws Exception {
    Tool.ofPackage("ssh", "openssh-client");
    Tool keygen = Tool.ofPackage("ssh-keygen", "openssh-client");
    assumeTrue(
        Files.isExecutable(SSHD), "sshd is not installed (Debian package openssh-server); skipped");
    assumeTrue(
        !System.getProperty("user.name").equals("root") || Files.isDirectory(Path.of("/run/sshd")),
        "sshd as root wants the directory /run/sshd, and there is none; skipped");
    Path hostKey = folder.resolve("host_key");
    Path userKey = folder.resolve("user_key");
    keygen.run(folder, "-q", "-t", "ed25519", "-N", "", "-f", hostKey.toString());
    keygen.run(folder, "-q", "-t", "ed25519", "-N", "", "-f", userKey.toString());
    int port = LoopbackPort.free();
    Path configuration =
        Files.writeString(
            folder.resolve("sshd_config"),
            """
            Port %d
            ListenAddress 127.0.0.1
            HostKey %s
            AuthorizedKeysFile %s.pub
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            SetEnv PATH=%s
            """
                .formatted(port, hostKey, userKey, path(tools)));
    Process process =
        new ProcessBuilder(SSHD.toString(), "-D", "-e", "-f", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("sshd.log").toFile())
            .start();
    SshServer server = new SshServer(tools, port, process);
    server.writeClient(folder, userKey);
    await().atMost(DEADLINE).until(server::answers);
    return server;
  }

  /** Names under {@code old.example.com} stay as they are, for the rules. */
  private void writeClient(Path folder, Path userKey) throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("ssh_config"),
            """
            Host *.old.example.com
              HostName %%h
            Host *
              HostName 127.0.0.1
              Port %d
              IdentityFile %s
              IdentitiesOnly yes
              BatchMode yes
              LogLevel ERROR
              StrictHostKeyChecking no
              UserKnownHostsFile /dev/null
            """
                .formatted(port, userKey));
    program(tools, "ssh", "exec /usr/bin/ssh -F '" + configuration + "' \"$@\"");
  }

  /** Writes a shell script of one line. */
  static void program(Path tools, String name, String line) throws IOException {
    Path script = Files.writeString(tools.resolve(name), "#!/bin/sh\n" + line + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The search path with a folder before it. */
  static String path(Path tools) {
    return tools + ":" + System.getenv("PATH");
  }

  private boolean answers() {
    assertThat(process.isAlive()).as("sshd runs").isTrue();
    try (Socket connection = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      return connection.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
