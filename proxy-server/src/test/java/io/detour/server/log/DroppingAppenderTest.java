package io.detour.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class DroppingAppenderTest {
  private static final int QUEUE = 16;
  private static final int LINES = 1000;

  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

  /** Takes no line until it is told to. */
  private static final class BlockedSink extends AppenderBase<ILoggingEvent> {
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final AtomicInteger lines = new AtomicInteger();

    @Override
    protected void append(ILoggingEvent event) {
      try {
        blocked.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      lines.incrementAndGet();
    }
  }

  private LoggingEvent line() {
    return new LoggingEvent("", context.getLogger("test"), Level.INFO, "a line", null, null);
  }

  @Test
  @DisplayName("O06: a sink that blocks costs lines, which are counted, and nobody's time")
  void linesAreDroppedAndCounted() {
    BlockedSink sink = new BlockedSink();
    DroppingAppender appender = new DroppingAppender();
    sink.setContext(context);
    sink.start();
    appender.setName("test");
    appender.setContext(context);
    appender.setQueueSize(QUEUE);
    appender.addAppender(sink);
    appender.start();
    long before = DroppingAppender.dropped("test");

    for (int i = 0; i < LINES; i++) {
      appender.doAppend(line());
    }
    long dropped = DroppingAppender.dropped("test") - before;
    sink.blocked.countDown();

    // The appender's thread may have taken a queue full of lines out before the sink blocks.
    assertThat(dropped).isBetween(LINES - 2L * QUEUE - 1, (long) LINES - QUEUE);
    await().until(() -> sink.lines.get() == LINES - dropped);
    appender.stop();
  }
}
