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

  /** Runs a look, and notes how long it takes. */
  public void look(Runnable look) {
    read(
        () -> {
          look.run();
          return files;
        });
  }

  /** The same for a look that has a result. */
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
          "{}: checking the files has hung for {} s; changes are not noticed until it ends",
          files,
          lasting().toSeconds());
    } else if (said && !hangs) {
      logger.info("{}: checking the files no longer hangs", files);
    }
    said = hangs;
  }
}
