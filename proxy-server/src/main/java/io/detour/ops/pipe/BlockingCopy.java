package io.detour.ops.pipe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Copies between blocking channels until one ends; closes neither. For one thread that may wait.
 */
record BlockingCopy(ReadableByteChannel source, WritableByteChannel sink, LongConsumer sleep) {
  private static final int BUFFER_BYTES = 64 * 1024;

  /**
   * A terminal or a pipe is in non-blocking mode if another program has set that ({@code
   * O_NONBLOCK} belongs to the open file, fcntl(2)). While nothing moves, each pause is twice as
   * long as the one before, up to the longest.
   */
  private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(32);

  /** Why a copy is over; when the source has ended, the sink has taken everything. */
  sealed interface End {
    record SourceEnded() implements End {}

    record SourceFailed(IOException cause) implements End {}

    record SinkFailed(IOException cause) implements End {}
  }

  BlockingCopy(ReadableByteChannel source, WritableByteChannel sink) {
    this(source, sink, LockSupport::parkNanos);
  }

  End run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    long pauseNanos = 0;
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
      pauseNanos = pause(read, pauseNanos);
      try {
        writeAll(buffer.flip());
      } catch (IOException e) {
        return new End.SinkFailed(e);
      }
    }
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    long pauseNanos = 0;
    while (bytes.hasRemaining()) {
      pauseNanos = pause(sink.write(bytes), pauseNanos);
    }
  }

  /** Waits if nothing was moved; how long, or 0. */
  private long pause(int moved, long lastNanos) {
    if (moved != 0) {
      return 0;
    }
    long nanos = Math.clamp(2 * lastNanos, MIN_PAUSE_NANOS, MAX_PAUSE_NANOS);
    sleep.accept(nanos);
    return nanos;
  }
}
