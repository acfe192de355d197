package io.detour.core.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many pipes a process may have without disturbing others.
 *
 * <p>Linux rations the pages in pipes per ordinary user ({@code pipe(7)}, pipe-user-pages-soft);
 * beyond that, new pipes shrink to two pages for every process of the user. A process with
 * CAP_SYS_RESOURCE or CAP_SYS_ADMIN is exempt; for it a quarter of its descriptors is the limit.
 */
final class PipeLimit {
  private static final Logger logger = LoggerFactory.getLogger(PipeLimit.class);
  private static final long PAGE_BYTES = 4096;
  private static final long EXEMPTING_CAPABILITIES = 1L << 21 | 1L << 24;
  private static final int DESCRIPTORS_PER_PIPE = 2;

  private PipeLimit() {}

  /** As the files below {@code /proc} have it, for pipes of a size in bytes. */
  static int automatic(Path proc, int pipeBytes) {
    try {
      long byDescriptors =
          field(proc.resolve("self/limits"), "Max open files") / 4 / DESCRIPTORS_PER_PIPE;
      String capabilities = word(proc.resolve("self/status"), "CapEff:");
      long limit = byDescriptors;
      if ((Long.parseUnsignedLong(capabilities, 16) & EXEMPTING_CAPABILITIES) == 0) {
        // Not readString: its first read takes one byte of a file whose size is 0, and a file of
        // sysctl gives nothing to a second read.
        long pages =
            Long.parseLong(
                Files.readAllLines(proc.resolve("sys/fs/pipe-user-pages-soft")).getFirst());
        // 0 means no ration.
        limit = pages == 0 ? limit : Math.min(limit, pages * PAGE_BYTES / pipeBytes);
      }
      return (int) Math.min(limit, Integer.MAX_VALUE);
    } catch (IOException | NumberFormatException e) {
      logger.warn(
          "no pipe limit can be read below {} ({}), so nothing is spliced", proc, e.toString());
      return 0;
    }
  }

  private static long field(Path file, String name) throws IOException {
    String word = word(file, name);
    return word.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(word);
  }

  /** The first word behind a name at the beginning of a line. */
  private static String word(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).strip().split("\\s+", 2)[0];
      }
    }
    throw new IOException(file + " has no line " + name);
  }
}
