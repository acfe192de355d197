package io.detour.server.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.server.decide.RuleUse.SeenNames;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeenNamesTest {
  private static final long HOUR = 3_600;

  private final SeenNames names = new SeenNames();

  @Test
  void eachNameIsKeptOnce() {
    names.saw(name(1), 0);
    names.saw(name(2), 0);
    names.saw(name(1), 5 * HOUR);

    assertThat(names.names()).containsExactlyInAnyOrder(name(1), name(2));
    assertThat(names.isFull()).isFalse();
  }

  @Test
  void whatHasNoRoomIsNotKeptUntilSomethingIsForgotten() {
    IntStream.range(0, SeenNames.MAX_NAMES).forEach(i -> names.saw(name(i), i < 3 ? 0 : 2 * HOUR));
    names.saw(name(99), 2 * HOUR);
    assertThat(names.names()).hasSize(SeenNames.MAX_NAMES).doesNotContain(name(99));
    assertThat(names.isFull()).isTrue();

    names.saw(name(1), 2 * HOUR);
    names.forgetBefore(HOUR);
    assertThat(names.names())
        .hasSize(SeenNames.MAX_NAMES - 2)
        .contains(name(1))
        .doesNotContain(name(0), name(2));

    names.saw(name(99), 3 * HOUR);
    assertThat(names.names()).contains(name(99));
  }

  @Test
  void severalThreadsMakeItHoldNoMore() throws InterruptedException {
    List<Thread> loops = new ArrayList<>();
    for (int loop = 0; loop < 4; loop++) {
      int offset = loop;
      loops.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 100_000; i++) {
                      names.saw(name((i + offset) % 20), i);
                      if (i % 1000 == 0) {
                        names.forgetBefore(i - HOUR);
                      }
                    }
                  }));
    }
    for (Thread loop : loops) {
      loop.join();
    }

    assertThat(names.names()).hasSizeBetween(1, SeenNames.MAX_NAMES);
  }

  private static Host name(int number) {
    return Host.parse("h" + number + ".old.test").orElseThrow();
  }
}
