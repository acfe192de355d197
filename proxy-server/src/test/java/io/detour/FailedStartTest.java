package io.detour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.config.ServerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.RuleSet;
import io.detour.server.accept.ListenAddress;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.access.PortSet;
import io.detour.server.decide.FixedRules;
import io.detour.server.decide.RecordedLog;
import io.detour.server.transport.Transport;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FailedStartTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Set<String> KINDS =
      Set.of(
          "loop",
          "admin",
          "ledger",
          "rules",
          "pages",
          "pac",
          "users",
          "housekeeping",
          "certificate",
          "names",
          "password",
          "stop");

  private static final String ALICE =
      "alice:$2y$05$bF/3nJKD.HBUuLeWF09TQ.N6OYKc6p6SA4O4RxM3ACKWWaHByh.C2\n";

  @TempDir private Path folder;

  @ParameterizedTest(name = "an error at {0} is thrown on, and no thread is left")
  @EnumSource(Shutdown.Step.class)
  void anErrorAtAnyStepLeavesNothing(Shutdown.Step failing) throws IOException {
    OutOfMemoryError error = new OutOfMemoryError("unable to create native thread");
    Set<Thread> before = threads();
    Shutdown shutdown =
        new Shutdown(
            step -> {
              if (step == failing) {
                throw error;
              }
            });

    assertThatThrownBy(
            () ->
                Detour.start(options(), Transport.available(), InstantSource.system(), shutdown)
                    .close())
        .isSameAs(error);

    await("no thread is left")
        .atMost(LONG)
        .untilAsserted(
            () -> {
              Set<Thread> left = threads();
              left.removeAll(before);
              assertThat(left).isEmpty();
            });
  }

  @Test
  void aPartThatDoesNotCloseHoldsTheOthersUpForABoundedTime() {
    Shutdown shutdown = new Shutdown();
    CountDownLatch never = new CountDownLatch(2);
    shutdown.add(Shutdown.Step.ADMIN, never, CountDownLatch::countDown);
    shutdown.add(Shutdown.Step.EVENT_LOOPS, never, FailedStartTest::awaitZero);

    shutdown.run(Duration.ofMillis(10));

    assertThat(never.getCount()).isEqualTo(1);
  }

  @Test
  void partsThatDoNotCloseAreNamedAndTheOthersAreClosedBehindThem() {
    Shutdown shutdown = new Shutdown();
    CountDownLatch never = new CountDownLatch(1);
    List<Shutdown.Step> closed = new CopyOnWriteArrayList<>();
    for (Shutdown.Step step : Shutdown.Step.values()) {
      switch (step) {
        case ADMIN, RELOADER, DIALER, EVENT_LOOPS ->
            shutdown.add(step, never, FailedStartTest::awaitZero);
        default -> shutdown.add(step, step, closed::add);
      }
    }

    try (RecordedLog log = RecordedLog.of(Shutdown.class)) {
      shutdown.run(Duration.ofSeconds(4));

      assertThat(log.lines())
          .containsExactly(
              notClosed("ADMIN"),
              notClosed("RELOADER"),
              notClosed("DIALER"),
              notClosed("EVENT_LOOPS"));
    }
    assertThat(closed)
        .hasSize(Shutdown.Step.values().length - 4)
        .endsWith(Shutdown.Step.METRICS, Shutdown.Step.LEDGER);
    never.countDown();
  }

  private static String notClosed(String step) {
    return "WARN stop: " + step + " is not closed yet, and not waited for any longer";
  }

  @DisplayName("a class that cannot be loaded is one sentence, and exit 1")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.detour.DataPath",
        "io.detour.RegularWork",
        "io.detour.server.dial.Dialer",
        "io.netty.channel.MultiThreadIoEventLoopGroup",
        "io.detour.cli.CheckCommand",
        "io.detour.server.log.LineSink"
      })
  void aProcessWithoutAClassEnds(String name) throws Exception {
    Path broken = folder.resolve("broken").resolve(name.replace('.', '/') + ".class");
    Files.createDirectories(broken.getParent());
    Files.createFile(broken);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + Path.of("..", "bin", "jvm.options").toAbsolutePath(),
            "-cp",
            folder.resolve("broken") + File.pathSeparator + classPath(),
            "io.detour.cli.Main",
            "run",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0");

    try (DetourProcess detour = DetourProcess.start(folder, Map.of(), command)) {
      assertThat(detour.exitWithin(LONG)).isEqualTo(1);

      assertThat(detour.err().lines().filter(line -> !line.matches(".* (WARN|INFO) .*")))
          .singleElement()
          .asString()
          .startsWith("detour: ended by an internal error: java.lang.ClassFormatError: ");
      assertThat(detour.out()).isEmpty();
    }
  }

  /** That of this process without the tests', which log in another way. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.endsWith("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** All parts: users, a ledger, and certificates that are watched. */
  private ServerOptions options() throws IOException {
    Path users = Files.writeString(folder.resolve("htpasswd"), ALICE);
    ListenAddress.Inet free = ListenAddress.Inet.parse("127.0.0.1:0");
    Configuration settings =
        Configurations.listening(Configuration.defaults(), List.of(free))
            .withAccess(
                new AccessOptions(
                    List.of(),
                    users,
                    PortSet.any(),
                    PortSet.any(),
                    false,
                    false,
                    DestinationPolicy.everything()))
            .with(ConfigurationKey.ADMIN_LISTEN, free)
            .with(
                ConfigurationKey.LEDGER_URL, new LedgerUrl.Sqlite(folder.resolve("ledger.sqlite")));
    return ServerOptions.of(settings, FixedRules.supply(RuleSet.empty()));
  }

  private static void awaitZero(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<Thread> threads() {
    Set<Thread> alive = new HashSet<>(Thread.getAllStackTraces().keySet());
    alive.removeIf(thread -> KINDS.stream().noneMatch(thread.getName()::startsWith));
    return alive;
  }
}
