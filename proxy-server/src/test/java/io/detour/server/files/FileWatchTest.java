package io.detour.server.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FileWatchTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final FileWatch watch = new FileWatch("users", nanos::get);
  private final Logger logger = (Logger) LoggerFactory.getLogger(FileWatch.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(ch.qos.logback.classic.Level.INFO);
    said.start();
    logger.addAppender(said);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(said);
    logger.setLevel(null);
  }

  @Test
  void aLookThatDoesNotComeBackIsSaidOnceAndSoIsItsEnd() {
    watch.look(
        () -> {
          pass(FileWatch.PATIENCE.minusMillis(1));
          watch.complain();
          assertThat(said.list).isEmpty();
          pass(Duration.ofMillis(1));
          watch.complain();
          pass(Duration.ofHours(1));
          watch.complain();
          assertThat(watch.lasting()).isEqualTo(FileWatch.PATIENCE.plusHours(1));
        });
    watch.complain();
    watch.complain();

    assertThat(said.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "users: checking the files has hung for 30 s; changes are not noticed until it ends",
            "users: checking the files no longer hangs");
  }

  @Test
  void betweenLooksNothingLasts() {
    assertThat(watch.lasting()).isZero();
    assertThat(watch.<Duration>read(watch::lasting)).isZero();
    pass(Duration.ofDays(1));
    assertThat(watch.lasting()).isZero();
    watch.complain();
    assertThat(said.list).isEmpty();
  }

  @Test
  void aLookThatFailsIsOver() {
    assertThatThrownBy(
            () ->
                watch.look(
                    () -> {
                      throw new IllegalStateException("gone");
                    }))
        .hasMessage("gone");
    pass(Duration.ofDays(1));
    assertThat(watch.lasting()).isZero();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
