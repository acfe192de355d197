package io.detour.server.files;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Files beside the rules that are read again when they have changed, and whenever the rules are. A
 * file with a problem changes nothing. They are read on a thread of their own; any thread may call.
 */
public interface WatchedFiles {
  /** Their name, and whether reading them hangs. */
  FileWatch watch();

  /**
   * Reads them as they are now.
   *
   * @return the problems, each a sentence that names its file; none if all are in force now
   */
  CompletableFuture<List<String>> readAgain();

  /** Tells the problems, or none, whenever they were read because they had changed. */
  void whenChanged(Consumer<List<String>> told);
}
