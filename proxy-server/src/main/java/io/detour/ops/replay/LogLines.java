package io.detour.ops.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of at most {@value #MAX_BYTES} bytes; of a longer one the beginning. One thread. */
final class LogLines {
  /** Many times what Detour writes; a file without line ends must not fill the memory. */
  static final int MAX_BYTES = 64 * 1024;

  private final InputStream in;
  private final byte[] chunk = new byte[MAX_BYTES];
  private final byte[] line = new byte[MAX_BYTES];
  private int chunkAt;
  private int chunkEnd;
  private boolean tooLong;

  LogLines(InputStream in) {
    this.in = in;
  }

  /** The next line without its end (LF or CRLF), or null behind the last. */
  @Nullable String next() throws IOException {
    int length = 0;
    boolean any = false;
    tooLong = false;
    while (chunkAt < chunkEnd || fill()) {
      any = true;
      byte b = chunk[chunkAt++];
      if (b == '\n') {
        return text(length);
      }
      if (length < MAX_BYTES) {
        line[length++] = b;
      } else {
        tooLong = true;
      }
    }
    return any ? text(length) : null;
  }

  /** Whether the line that {@link #next} gave last was cut. */
  boolean isTooLong() {
    return tooLong;
  }

  private boolean fill() throws IOException {
    chunkAt = 0;
    chunkEnd = Math.max(0, in.read(chunk));
    return chunkEnd > 0;
  }

  private String text(int length) {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    return new String(line, 0, end, UTF_8);
  }
}
