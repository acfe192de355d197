package io.detour.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LineSinkTest {
  @TempDir private Path folder;

  private final LoggerContext context = new LoggerContext();

  @Test
  void linesAreAddedToWhatTheFileHas() throws IOException {
    Path file = Files.writeString(folder.resolve("access.log"), "before\n");
    LineSink sink = sink("linesAreAdded", LineSink.file(file));
    sink.doAppend(event("one"));
    sink.stop();

    assertThat(file).hasContent("before\none\n");
  }

  @Test
  void aFolderIsNoFile() {
    assertThatThrownBy(() -> sink("folder", LineSink.file(folder)))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + " is a folder (expected: a file, or stdout)");
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aFifoIsNotWaitedForAndItsLinesWaitForAReader() throws Exception {
    Path fifo = fifo(folder.resolve("access.log"));
    LineSink sink = sink("fifo", LineSink.file(fifo));
    sink.doAppend(event("one"));

    assertThat(firstLine(fifo)).isEqualTo("one");
    sink.stop();
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPathThatHasBecomeAFifoIsNotWaitedForAtTheReopen() throws Exception {
    Path file = folder.resolve("access.log");
    LineSink sink = sink("became", LineSink.file(file));
    Files.move(file, folder.resolve("old.log"));
    Path fifo = fifo(file);
    sink.reopen();
    sink.doAppend(event("one"));

    assertThat(firstLine(fifo)).isEqualTo("one");
    sink.stop();
  }

  @Test
  void aPathThatHasBecomeAFolderLeavesTheOldFile() throws Exception {
    Path file = folder.resolve("access.log");
    LineSink sink = sink("folder", LineSink.file(file));
    Path old = Files.move(file, folder.resolve("old.log"));
    Files.createDirectory(file);

    assertThatThrownBy(sink::reopen).hasMessageContaining("is a folder");
    sink.doAppend(event("one"));
    sink.stop();

    assertThat(old).hasContent("one\n");
  }

  private static String firstLine(Path fifo) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(fifo)) {
      return reader.readLine();
    }
  }

  private static Path fifo(Path path) throws Exception {
    Process mkfifo = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return path;
  }

  @Test
  void aDeviceThatTakesLinesIsAFile() throws IOException {
    LineSink sink = sink("null", LineSink.file(Path.of("/dev/null")));
    sink.doAppend(event("one"));
    sink.reopen();
    sink.stop();

    assertThat(DroppingAppender.dropped("null")).isZero();
  }

  @Test
  void aFileThatIsMadeIsItsOwnersAlone() throws IOException {
    Path file = folder.resolve("access.log");
    LineSink sink = sink("made", LineSink.file(file));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    Files.delete(file);
    sink.reopen();
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    sink.stop();
  }

  @Test
  void aFileThatIsThereKeepsItsPermissions() throws IOException {
    Path file = Files.createFile(folder.resolve("access.log"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    sink("kept", LineSink.file(file)).stop();

    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
  }

  @Test
  void aFileThatWasRenamedIsLeftAtTheReopen() throws IOException {
    Path file = folder.resolve("access.log");
    LineSink sink = sink("renamed", LineSink.file(file));
    sink.doAppend(event("one"));
    Path rotated = Files.move(file, folder.resolve("access.log.1"));
    sink.doAppend(event("two"));
    sink.reopen();
    sink.doAppend(event("three"));
    sink.stop();

    assertThat(rotated).hasContent("one\ntwo\n");
    assertThat(file).hasContent("three\n");
  }

  @Test
  void aReopenThatFailsLeavesTheOldFileInUse() throws IOException {
    Path sub = Files.createDirectory(folder.resolve("sub"));
    Path file = sub.resolve("access.log");
    LineSink sink = sink("reopenFails", LineSink.file(file));
    Path moved = Files.move(sub, folder.resolve("moved"));

    assertThatThrownBy(sink::reopen).isInstanceOf(NoSuchFileException.class);
    sink.doAppend(event("one"));
    sink.stop();

    assertThat(moved.resolve("access.log")).hasContent("one\n");
    assertThat(DroppingAppender.dropped("reopenFails")).isZero();
  }

  @Test
  @DisplayName("O06 a disk that is full loses lines, which are counted")
  void aFullDiskLosesLines() throws IOException {
    // Linux has a device that is always full.
    LineSink sink = sink("full", () -> new FileOutputStream("/dev/full"));
    sink.doAppend(event("one"));
    sink.doAppend(event("two"));
    sink.stop();

    assertThat(DroppingAppender.dropped("full")).isEqualTo(2);
  }

  @Test
  @DisplayName("O06 when there is room again, a line that was cut spoils no other")
  void aLineThatWasCutIsEnded() throws IOException {
    CuttingStream out = new CuttingStream();
    LineSink sink = sink("cut", () -> out);
    sink.doAppend(event("one"));
    out.room = 2;
    sink.doAppend(event("two"));
    sink.doAppend(event("three"));
    out.room = 100;
    sink.doAppend(event("four"));
    sink.doAppend(event("five"));

    assertThat(out.written).hasToString("one\ntw\nfour\nfive\n");
    assertThat(DroppingAppender.dropped("cut")).isEqualTo(2);
  }

  @Test
  void afterAFailureNothingIsTriedForAWhile() throws IOException {
    CuttingStream out = new CuttingStream();
    LineSink sink = new LineSink("rest", new Messages(), () -> out, Duration.ofDays(1));
    sink.setContext(context);
    sink.start();
    out.room = 0;
    sink.doAppend(event("one"));
    out.room = 100;
    sink.doAppend(event("two"));
    assertThat(out.written).isEmpty();
    assertThat(DroppingAppender.dropped("rest")).isEqualTo(2);

    sink.reopen();
    sink.doAppend(event("three"));
    assertThat(out.written).hasToString("three\n");
  }

  @Test
  void aLineThatCannotBeEncodedCostsNoOther() throws IOException {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    LineSink sink = sink("encoder", () -> written);
    sink.append(List.of(event("one"), event(Messages.BROKEN), event("three")));

    assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("one\nthree\n");
    assertThat(DroppingAppender.dropped("encoder")).isEqualTo(1);
  }

  @Test
  void linesAreWrittenTogetherButNoMoreThanAPipeTakesAtOnce() throws IOException {
    List<Integer> writes = new ArrayList<>();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int one) {
            writes.add(1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            writes.add(length);
          }
        };
    LineSink sink = sink("together", () -> out);
    sink.append(Collections.nCopies(50, event("x".repeat(99))));

    assertThat(writes).containsExactly(4_000, 1_000);
  }

  private LineSink sink(String name, LineSink.Opening opening) throws IOException {
    LineSink sink = new LineSink(name, new Messages(), opening, Duration.ZERO);
    sink.setContext(context);
    sink.start();
    return sink;
  }

  private ILoggingEvent event(String message) {
    return new LoggingEvent("", context.getLogger("x"), Level.INFO, message, null, null);
  }

  /** Nothing but messages. */
  private static final class Messages extends EncoderBase<ILoggingEvent> {
    /** A message that is none. */
    static final String BROKEN = "broken";

    @Override
    public byte[] headerBytes() {
      return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
      if (event.getMessage().equals(BROKEN)) {
        throw new IllegalStateException("no line");
      }
      return (event.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
      return new byte[0];
    }
  }

  /** Takes so many bytes, and then fails as a full disk does. */
  private static final class CuttingStream extends OutputStream {
    private final StringBuilder written = new StringBuilder();
    private int room = 100;

    @Override
    public void write(int b) throws IOException {
      if (room == 0) {
        throw new IOException("No space left on device");
      }
      room--;
      written.append((char) b);
    }
  }
}
