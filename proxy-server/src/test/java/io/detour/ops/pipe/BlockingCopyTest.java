package io.detour.ops.pipe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Copying from a channel that is in non-blocking mode. */
class BlockingCopyTest {
  private static final int END = -1;

  private final List<Long> pausesMillis = new ArrayList<>();
  private final ByteArrayOutputStream copied = new ByteArrayOutputStream();

  /** Gives as many bytes as its script says with each read; 0 when there is nothing now. */
  private record Scripted(Deque<Integer> counts) implements ReadableByteChannel {
    @Override
    public int read(ByteBuffer into) {
      int count = counts.remove();
      for (int i = 0; i < count; i++) {
        into.put((byte) 'x');
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void pausesBecomeLongerWhileNothingComes() {
    copy(0, 0, 0, 0, 0, 0, 0, 0, END);

    assertThat(pausesMillis).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 32L, 32L);
  }

  @Test
  void pausesBeginShortAgainWhenSomethingCame() {
    copy(0, 0, 3, 0, 2, END);

    assertThat(pausesMillis).containsExactly(1L, 2L, 1L);
    assertThat(copied.toString(US_ASCII)).isEqualTo("xxxxx");
  }

  @Test
  void thereIsNoPauseWhileSomethingComes() {
    copy(1, 2, 3, END);

    assertThat(pausesMillis).isEmpty();
  }

  private void copy(Integer... counts) {
    BlockingCopy copy =
        new BlockingCopy(
            new Scripted(new ArrayDeque<>(List.of(counts))),
            Channels.newChannel(copied),
            nanos -> pausesMillis.add(nanos / 1_000_000));

    assertThat(copy.run()).isEqualTo(new BlockingCopy.End.SourceEnded());
  }
}
