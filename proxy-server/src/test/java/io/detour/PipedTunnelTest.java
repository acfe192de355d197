package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.core.HostPort;
import io.detour.core.relay.RelayMode;
import io.detour.core.relay.RelayOptions;
import io.detour.ops.pipe.PipedTunnel;
import io.detour.rules.RuleSet;
import io.detour.rules.file.RuleFiles;
import io.detour.server.dial.DeafListener;
import io.detour.server.dial.DialOptions;
import io.netty.channel.unix.Errors;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An input and an output with a tunnel between them and a target, in this process. */
@Timeout(60)
class PipedTunnelTest {
  private static final int DEADLINE_SECONDS = 30;
  private static final int MEBIBYTE = 1 << 20;
  private static final int STREAM_MEBIBYTES = 100;
  private static final String RULES =
      """
      version: 1
      rules:
        - name: moved
          match: { host: { exact: [old.test] } }
          action: rewrite
          to: localhost
        - name: gone
          match: { host: { suffix: dead.test } }
          action: reject
          message: moved, see the wiki
      """;

  @TempDir private Path temporary;

  @SuppressWarnings("NullAway.Init")
  private Pipe input;

  @SuppressWarnings("NullAway.Init")
  private Pipe output;

  private RelayMode mode = RelayMode.AUTO;

  @BeforeEach
  void open() throws IOException {
    input = Pipe.open();
    output = Pipe.open();
  }

  @AfterEach
  void close() throws IOException {
    input.sink().close();
    output.source().close();
    output.sink().close();
  }

  @ParameterizedTest(name = "T01 {0}: a target that answers at the end of the input is heard")
  @EnumSource(RelayMode.class)
  void theAnswerToTheEndOfTheInputComes(RelayMode path) throws IOException {
    mode = path;
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> {
              byte[] question = connection.getInputStream().readAllBytes();
              connection.getOutputStream().write("got ".getBytes(ISO_8859_1));
              connection.getOutputStream().write(question);
            })) {
      CompletableFuture<PipedTunnel.Result> result = carry(origin.authority());
      send("abc");
      input.sink().close();

      assertThat(received()).isEqualTo("got abc");
      assertThat(get(result)).isEqualTo(new PipedTunnel.Result.Whole());
    }
  }

  @ParameterizedTest(name = "T02 {0}: the input still goes up when the target has ended")
  @EnumSource(RelayMode.class)
  void theInputGoesOnWhenTheTargetHasEnded(RelayMode path) throws IOException {
    mode = path;
    CompletableFuture<String> late = new CompletableFuture<>();
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> {
              connection.getOutputStream().write("bye".getBytes(ISO_8859_1));
              connection.shutdownOutput();
              late.complete(new String(connection.getInputStream().readAllBytes(), ISO_8859_1));
            })) {
      CompletableFuture<PipedTunnel.Result> result = carry(origin.authority());

      assertThat(received()).isEqualTo("bye");
      assertThat(result).isNotDone();
      send("still here");
      input.sink().close();

      assertThat(get(late)).isEqualTo("still here");
      assertThat(get(result)).isEqualTo(new PipedTunnel.Result.Whole());
    }
  }

  @ParameterizedTest(name = "{0}: 100 MiB go both ways at once, byte by byte")
  @EnumSource(RelayMode.class)
  void aLongStreamGoesBothWays(RelayMode path) throws IOException {
    mode = path;
    try (TcpOrigin origin = TcpOrigin.echo()) {
      CompletableFuture<PipedTunnel.Result> result = carry(origin.authority());
      CompletableFuture<String> sent = new CompletableFuture<>();
      Thread.ofPlatform().daemon().start(() -> sendStream(sent));

      MessageDigest digest = sha256();
      InputStream in = Channels.newInputStream(output.source());
      byte[] buffer = new byte[MEBIBYTE];
      long total = 0;
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
        total += count;
      }

      assertThat(total).isEqualTo((long) STREAM_MEBIBYTES * MEBIBYTE);
      assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(get(sent));
      assertThat(get(result)).isEqualTo(new PipedTunnel.Result.Whole());
    }
  }

  private void sendStream(CompletableFuture<String> sent) {
    MessageDigest digest = sha256();
    Random random = new Random(7);
    byte[] block = new byte[MEBIBYTE];
    try (OutputStream out = Channels.newOutputStream(input.sink())) {
      for (int i = 0; i < STREAM_MEBIBYTES; i++) {
        random.nextBytes(block);
        digest.update(block);
        out.write(block);
      }
    } catch (IOException e) {
      sent.completeExceptionally(e);
    }
    sent.complete(HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void theRulesSayWhereItLeads() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo()) {
      CompletableFuture<PipedTunnel.Result> result = carry("OLD.test:" + origin.port());
      send("ping");
      input.sink().close();

      assertThat(received()).isEqualTo("ping");
      assertThat(get(result)).isEqualTo(new PipedTunnel.Result.Whole());
    }
  }

  @Test
  void aRuleThatRejectsIsTold() throws IOException {
    assertBroken("api.dead.test:22", "moved, see the wiki");
  }

  @Test
  @DisplayName("D05: nothing listens at the target")
  void aRefusedConnectionIsTold() throws IOException {
    assertBroken("127.0.0.1:" + LoopbackPort.refusing(), "the target refused the connection");
  }

  @Test
  @DisplayName("D03: a name that never has an address")
  void aNameWithoutAnAddressIsTold() throws IOException {
    CompletableFuture<PipedTunnel.Result> result = carry("any.invalid:22");

    assertThat(get(result))
        .isInstanceOfSatisfying(
            PipedTunnel.Result.Broken.class,
            broken -> assertThat(broken.reason()).endsWith("(NXDOMAIN)"));
  }

  @Test
  @DisplayName("D07: a target that answers no SYN")
  void aSilentTargetIsTold() throws IOException {
    try (DeafListener deaf = DeafListener.start()) {
      assertBroken(
          "127.0.0.1:" + deaf.port(), "the target did not answer in time (timeouts.connect)");
    }
  }

  @Test
  @DisplayName("T08: a reset of the target comes behind what it has sent, and is told")
  void aResetOfTheTargetIsTold() throws IOException {
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> {
              connection.getOutputStream().write("part".getBytes(ISO_8859_1));
              connection.getInputStream().read();
              connection.setOption(StandardSocketOptions.SO_LINGER, 0);
            })) {
      CompletableFuture<PipedTunnel.Result> result = carry(origin.authority());
      send("x");

      assertThat(received()).isEqualTo("part");
      assertThat(get(result))
          .isEqualTo(new PipedTunnel.Result.Broken("the target reset the connection"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void anOutputThatFailsEndsItAndResetsTheTarget(IOException failure, PipedTunnel.Result expected)
      throws IOException {
    CompletableFuture<String> end = new CompletableFuture<>();
    try (TcpOrigin origin =
        TcpOrigin.start(
            connection -> {
              try {
                while (true) {
                  connection.getOutputStream().write(new byte[MEBIBYTE]);
                }
              } catch (IOException e) {
                end.complete(String.valueOf(e.getMessage()));
              }
            })) {
      CompletableFuture<PipedTunnel.Result> result =
          carry(origin.authority(), new Failing(failure));

      assertThat(get(result)).isEqualTo(expected);
      assertThat(get(end)).containsAnyOf("reset", "Broken pipe");
    }
  }

  static List<Arguments> anOutputThatFailsEndsItAndResetsTheTarget() {
    return List.of(
        Arguments.of(
            new Errors.NativeIoException("write", Errors.ERRNO_EPIPE_NEGATIVE),
            new PipedTunnel.Result.OutputClosed()),
        Arguments.of(
            new IOException("No space left on device"),
            new PipedTunnel.Result.Broken("standard output: No space left on device")));
  }

  /** An output that takes nothing. */
  private record Failing(IOException failure) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      throw failure;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void theNameOfThePrivateConnectionIsGoneAtOnce() throws IOException {
    try (TcpOrigin origin = TcpOrigin.echo()) {
      CompletableFuture<PipedTunnel.Result> result = carry(origin.authority());
      send("ping");
      assertThat(Channels.newInputStream(output.source()).readNBytes(4)).hasSize(4);

      assertThat(temporary).isEmptyDirectory();
      input.sink().close();
      assertThat(get(result)).isEqualTo(new PipedTunnel.Result.Whole());
    }
  }

  @Test
  void aMissingTemporaryDirectoryIsNamed() {
    temporary = temporary.resolve("missing");

    assertThat(carry("127.0.0.1:1"))
        .failsWithin(Duration.ofSeconds(DEADLINE_SECONDS))
        .withThrowableThat()
        .withCauseInstanceOf(IOException.class)
        .withMessageContaining(
            "cannot make a private connection in " + temporary + ": there is no such directory");
  }

  private void assertBroken(String target, String reason) throws IOException {
    CompletableFuture<PipedTunnel.Result> result = carry(target);

    assertThat(received()).isEmpty();
    assertThat(get(result)).isEqualTo(new PipedTunnel.Result.Broken(reason));
  }

  private CompletableFuture<PipedTunnel.Result> carry(String target) {
    return carry(target, output.sink());
  }

  private CompletableFuture<PipedTunnel.Result> carry(String target, WritableByteChannel out) {
    HostPort asked = HostPort.parse(target).orElseThrow();
    DialOptions dial =
        Configurations.open()
            .with(ConfigurationKey.TIMEOUT_CONNECT, Duration.ofMillis(500))
            .dialOptions();
    RelayOptions relay = RelayOptions.defaults().withMode(mode);
    CompletableFuture<PipedTunnel.Result> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                result.complete(
                    PipedTunnel.carry(rules(), dial, relay, asked, input.source(), out, temporary));
              } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  private static RuleSet rules() {
    return ((RuleFiles.Loaded) RuleFiles.parse("test.yaml", RULES)).rules();
  }

  private void send(String text) throws IOException {
    Channels.newOutputStream(input.sink()).write(text.getBytes(ISO_8859_1));
  }

  /** All that comes out, to its end. */
  private String received() throws IOException {
    return new String(Channels.newInputStream(output.source()).readAllBytes(), ISO_8859_1);
  }

  private static <T> T get(CompletableFuture<T> future) {
    return future.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
