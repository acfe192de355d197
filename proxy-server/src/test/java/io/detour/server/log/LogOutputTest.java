package io.detour.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.status.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The logging configuration that ships, in a context of its own. */
class LogOutputTest {
  /** Lines that wait, as logback.xml has it. */
  private static final int QUEUE = 8192;

  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void configure() throws Exception {
    context.putProperty("DETOUR_LOG_LEVEL", "debug");
    context.setMDCAdapter(new LogbackMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    URL shipped = Objects.requireNonNull(getClass().getResource("/logback.xml"));
    configurator.doConfigure(shipped);
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void theConfigurationHasNoProblems() {
    assertThat(context.getStatusManager().getCopyOfStatusList())
        .filteredOn(status -> status.getLevel() > Status.INFO)
        .isEmpty();
  }

  @Test
  void theAccessLogGoesToStandardOutputWithItsKeyValues() {
    ConsoleAppender<ILoggingEvent> stdout = console(access(), "stdout");
    assertThat(stdout.getTarget()).isEqualTo("System.out");
    stdout.setOutputStream(written);
    context.getLogger(AccessLog.LOGGER).atWarn().addKeyValue("rule", "erp").log("decision");
    context.stop();

    assertThat(written.toString(StandardCharsets.UTF_8))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\S+ WARN  decision rule=erp\n");
  }

  @Test
  void everythingElseGoesToStandardErrorAtTheLevelOfTheEnvironment() {
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    assertThat(context.getLogger(AccessLog.LOGGER).isAdditive()).isFalse();
    assertThat(context.getLogger(AccessLog.LOGGER).getLevel()).isEqualTo(Level.INFO);
    ConsoleAppender<ILoggingEvent> stderr =
        console((DroppingAppender) root.getAppender("diagnostics"), "stderr");
    assertThat(stderr.getTarget()).isEqualTo("System.err");
    stderr.setOutputStream(written);
    context.getLogger("io.detour.server.Foo").debug("one\ntwo \"three\"");
    context.getLogger("io.detour.server.Foo").trace("four");
    context.stop();

    assertThat(written.toString(StandardCharsets.UTF_8))
        .matches("\\S+ DEBUG Foo: one\\\\ntwo \"three\"\n");
  }

  @Test
  @DisplayName("O06 a blocked sink drops lines and never blocks who logs")
  void aBlockedSinkNeverBlocksWhoLogs() {
    CountDownLatch unblocked = new CountDownLatch(1);
    DroppingAppender access = access();
    long before = DroppingAppender.dropped("access");
    console(access, "stdout").setOutputStream(new BlockedStream(unblocked));
    Logger logger = context.getLogger(AccessLog.LOGGER);

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 3 * QUEUE; i++) {
            logger.info("line");
          }
        });
    // As many as the queue holds wait, and no more are in the writer's hand.
    assertThat(DroppingAppender.dropped("access") - before).isGreaterThanOrEqualTo(QUEUE - 1);
    unblocked.countDown();
  }

  private DroppingAppender access() {
    return (DroppingAppender) context.getLogger(AccessLog.LOGGER).getAppender("access");
  }

  private static ConsoleAppender<ILoggingEvent> console(DroppingAppender queue, String name) {
    return (ConsoleAppender<ILoggingEvent>) Objects.requireNonNull(queue.getAppender(name));
  }

  private static final class BlockedStream extends OutputStream {
    private final CountDownLatch unblocked;

    BlockedStream(CountDownLatch unblocked) {
      this.unblocked = unblocked;
    }

    @Override
    public void write(int b) throws IOException {
      try {
        unblocked.await();
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }
  }
}
