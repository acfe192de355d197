package io.detour.server.log;

import java.nio.file.Path;

/** Where lines go. */
public sealed interface LogTarget {
  /** The output of this process. */
  enum Stream implements LogTarget {
    STDOUT,
    STDERR,
    /** Nowhere. */
    OFF
  }

  /**
   * A file, to whose end lines are added.
   *
   * @param path its folder exists
   */
  record File(Path path) implements LogTarget {}
}
