package io.detour.server.files;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who looks at files again and again, and whether a look does not come back: a file system that is
 * away holds a thread for ever. One thread looks, any other may ask.
 */
public final class FileWatch {
  private static final Logger logger = LoggerFactory.getLogger(FileWatch.class);

  /** From then on a look is said to hang. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String files;
  private final LongSupplier nanoTime;

  // Written by the thread that looks.
  private volatile boolean looking;
  private volatile long begunNanos;

  /** Whether it has been said that the look hangs. The thread that complains alone. */
  private boolean said;

  /**
   * @param files which, as metrics and the log have it
   */
  public FileWatch(String files) {
    this(files, System::nanoTime);
  }

  FileWatch(String files, LongSupplier nanoTime) {
    this.files = files;
    this.nanoTime = nanoTime;
  }

  public String files() {
    return files;
  }

  /** Looks. */
  public void look(Runnable look) {
    read(
        () -> {
          look.run();
          return files;
        });
  }

  /** Looks at what they say. */
  public <T> T read(Supplier<T> reading) {
    begunNanos = nanoTime.getAsLong();
    looking = true;
    try {
      return reading.get();
    } finally {
      looking = false;
    }
  }

  /** For how long the look has lasted that is under way; zero if none is. */
  public Duration lasting() {
    return looking ? Duration.ofNanos(nanoTime.getAsLong() - begunNanos) : Duration.ZERO;
  }

  /** Says so once if a look hangs, and once if it has come back. On one thread now and then. */
  public void complain() {
    boolean hangs = lasting().compareTo(PATIENCE) >= 0;
    if (hangs && !said) {
      logger.error(
          "{}: a look at the files has not come back for {} s; until it does, changes are not seen",
          files,
          lasting().toSeconds());
    } else if (said && !hangs) {
      logger.info("{}: the look at the files has come back", files);
    }
    said = hangs;
  }
}
