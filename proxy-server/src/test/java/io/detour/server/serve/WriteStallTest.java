package io.detour.server.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriteStallTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Sweep.WriteStall stall = new Sweep.WriteStall(channel, Duration.ofNanos(100));

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void waitForPeer(int bytes) {
    channel.write(Unpooled.wrappedBuffer(new byte[bytes]));
  }

  @Test
  void nothingWaitsSoNothingStalls() {
    for (long now = 0; now < 1000; now += 50) {
      assertThat(stall.isOver(0, now)).isFalse();
    }
  }

  @Test
  void aPeerThatTakesNothingStalls() {
    waitForPeer(1000);

    assertThat(stall.isOver(1000, 0)).isFalse();
    assertThat(stall.isOver(1000, 100)).isFalse();
    assertThat(stall.isOver(1000, 101)).isTrue();
  }

  @Test
  void aPeerThatTakesAsMuchAsIsWrittenDoesNotStall() {
    waitForPeer(1000);
    for (int visit = 0; visit < 10; visit++) {
      assertThat(stall.isOver(1000L * visit, 90L * visit)).isFalse();
    }
  }
}
