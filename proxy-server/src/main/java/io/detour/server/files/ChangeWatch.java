package io.detour.server.files;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides from a row of looks at the files when they should be read again: when they are others
 * than those that were read, and have come to rest. An editor, a copy or a {@code git pull} writes
 * in several steps, and what is between two of them is nobody's intention.
 *
 * <p>Looks are compared rather than notifications (inotify) awaited, because network file systems
 * and mounts into containers do not notify. For one thread.
 */
public final class ChangeWatch {
  private final Duration rest;
  private @Nullable Fingerprint seen;
  private long seenSinceNanos;

  /** What a look says. */
  public enum Finding {
    /** The files are those that were read. */
    UNCHANGED,
    /** They are not, but have not been at rest for long enough. */
    MOVING,
    /** They are at rest, but a path that was there is gone. */
    VANISHED,
    /** They have changed and are at rest. */
    CHANGED
  }

  public ChangeWatch(Duration rest) {
    this.rest = rest;
  }

  /** Judges a look. */
  public Finding judge(Fingerprint read, Fingerprint now, long nowNanos) {
    if (!now.equals(seen)) {
      seen = now;
      seenSinceNanos = nowNanos;
    }
    if (now.equals(read)) {
      return Finding.UNCHANGED;
    }
    if (nowNanos - seenSinceNanos < rest.toNanos()) {
      return Finding.MOVING;
    }
    return now.vanishedSince(read).isEmpty() ? Finding.CHANGED : Finding.VANISHED;
  }
}
