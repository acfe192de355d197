package io.detour.server.forward;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Copies from one blocking channel to another, for as long as that takes. Closes neither. For one
 * thread that may wait.
 *
 * @param source read until its end
 * @param sink written to
 */
record BlockingCopy(ReadableByteChannel source, WritableByteChannel sink) {
  private static final int BUFFER_BYTES = 64 * 1024;

  /**
   * A terminal or a pipe is in non-blocking mode when another program that has it too wants that
   * ({@code O_NONBLOCK} belongs to the open file, fcntl(2)). Then nothing moves for a while.
   */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** Why a copy is over. */
  sealed interface End {
    /** The source has ended and the sink has taken everything. */
    record SourceEnded() implements End {}

    /** The source cannot be read. */
    record SourceFailed(IOException cause) implements End {}

    /** The sink takes no more. */
    record SinkFailed(IOException cause) implements End {}
  }

  /** Copies until one of the channels has had enough. */
  End run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    while (true) {
      int read;
      try {
        read = source.read(buffer.clear());
      } catch (IOException e) {
        return new End.SourceFailed(e);
      }
      if (read < 0) {
        return new End.SourceEnded();
      }
      pauseAfter(read);
      try {
        writeAll(buffer.flip());
      } catch (IOException e) {
        return new End.SinkFailed(e);
      }
    }
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      pauseAfter(sink.write(bytes));
    }
  }

  private static void pauseAfter(int moved) {
    if (moved == 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
