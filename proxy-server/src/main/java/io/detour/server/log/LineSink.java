package io.detour.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines, and counts those that could not be written: the disk is full, or nobody reads any
 * more. It goes on after a rest, behind a line break. Lines come on one thread; {@link #reopen} may
 * be called on any.
 */
final class LineSink extends UnsynchronizedAppenderBase<ILoggingEvent> {
  interface Opening {
    OutputStream open() throws IOException;
  }

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  // The type of a file in its mode (inode(7)).
  private static final int FILE_TYPE = 0xf000;
  private static final int FIFO = 0x1000;
  private static final int FOLDER = 0x4000;
  private static final int BLOCK_DEVICE = 0x6000;
  private static final int SOCKET = 0xc000;

  /** What a pipe takes at once from one of several writers, {@code PIPE_BUF} of pipe(7). */
  private static final int MAX_BYTES = 4096;

  private final Encoder<ILoggingEvent> encoder;

  /** Lines that are to be written together. Of the thread that brings them. */
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private final Opening opening;
  private final long restNanos;

  // Guarded by this object.
  private OutputStream out;
  private boolean broken;
  private long retryNanoTime;

  /**
   * @param name under which lost lines are counted
   * @param opening called now and at each {@link #reopen}
   * @param rest for how long nothing is tried after a failure: with a full disk each attempt costs
   *     more than a line that is written
   */
  LineSink(String name, Encoder<ILoggingEvent> encoder, Opening opening, Duration rest)
      throws IOException {
    setName(name);
    this.encoder = encoder;
    this.opening = opening;
    this.restNanos = rest.toNanos();
    this.out = opening.open();
  }

  /** The output of this process, which is never closed. */
  static Opening stream(FileDescriptor descriptor) {
    return () ->
        new FileOutputStream(descriptor) {
          @Override
          public void close() {}
        };
  }

  /**
   * A file, to whose end lines are added; one that is made is its owner's to read and write.
   * Terminals and devices such as {@code /dev/null} are files, too.
   *
   * <p>A FIFO is opened for both directions, which does not wait for a reader (fifo(7)): lines wait
   * in it until one comes, and are dropped when it is full.
   */
  static Opening file(Path path) {
    return () ->
        Channels.newOutputStream(
            switch (type(path)) {
              case FIFO ->
                  FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
              case FOLDER -> throw noFile(path, "a folder");
              case BLOCK_DEVICE -> throw noFile(path, "a block device");
              case SOCKET -> throw noFile(path, "a socket");
              default ->
                  FileChannel.open(
                      path,
                      Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                      OWNER_ONLY);
            });
  }

  /** The type in its mode, or 0 if there is nothing yet. */
  private static int type(Path path) throws IOException {
    try {
      return (int) Files.getAttribute(path, "unix:mode") & FILE_TYPE;
    } catch (NoSuchFileException _) {
      return 0;
    }
  }

  private static FileSystemException noFile(Path path, String other) {
    return new FileSystemException(path + " is " + other + " (expected: a file, or stdout)");
  }

  @Override
  protected void append(ILoggingEvent event) {
    append(List.of(event));
  }

  /** Writes lines, as many at once as {@value #MAX_BYTES} bytes hold. */
  void append(List<ILoggingEvent> lines) {
    int gathered = 0;
    for (ILoggingEvent event : lines) {
      byte[] line = encoded(event);
      if (gathered > 0 && bytes.size() + line.length > MAX_BYTES) {
        write(gathered);
        gathered = 0;
      }
      bytes.writeBytes(line);
      gathered += line.length > 0 ? 1 : 0;
    }
    if (gathered > 0) {
      write(gathered);
    }
  }

  /** Empty if the encoder fails, which costs this line and no other. */
  private byte[] encoded(ILoggingEvent event) {
    try {
      return encoder.encode(event);
    } catch (RuntimeException e) {
      addError("a line cannot be written", e);
      DroppingAppender.countDropped(getName(), 1);
      return new byte[0];
    }
  }

  /** Writes so many lines, which are in {@link #bytes}, or counts them as lost. */
  private void write(int lines) {
    if (rests() || !written()) {
      DroppingAppender.countDropped(getName(), lines);
    }
    bytes.reset();
  }

  private synchronized boolean written() {
    try {
      if (broken) {
        out.write('\n');
        broken = false;
      }
      bytes.writeTo(out);
      return true;
    } catch (IOException e) {
      broken = true;
      retryNanoTime = System.nanoTime() + restNanos;
      return false;
    }
  }

  private synchronized boolean rests() {
    return broken && retryNanoTime - System.nanoTime() > 0;
  }

  /**
   * Opens the output again: a file that was renamed is left, and one of the same name begun. No
   * line is lost, and none is in both.
   *
   * @throws IOException if that fails; the old one is written to then
   */
  synchronized void reopen() throws IOException {
    OutputStream opened = opening.open();
    @Nullable OutputStream old = out;
    out = opened;
    broken = false;
    old.close();
  }

  @Override
  public synchronized void stop() {
    super.stop();
    try {
      out.close();
    } catch (IOException e) {
      addError("the log cannot be closed", e);
    }
  }
}
