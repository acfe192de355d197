package io.detour.server.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.server.files.ChangeWatch.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ChangeWatchTest {
  private static final Path FILE = Path.of("rules.yaml");
  private static final Fingerprint READ = file(1);
  private static final Fingerprint GONE =
      new Fingerprint(Map.of(FILE, new Fingerprint.Look.Absent()));

  private final ChangeWatch watch = new ChangeWatch(Duration.ofSeconds(1));

  @Test
  void nothingIsDueAsLongAsNothingChanges() {
    assertThat(judge(READ, 0)).isEqualTo(Finding.UNCHANGED);
    assertThat(judge(READ, 100_000)).isEqualTo(Finding.UNCHANGED);
  }

  @Test
  void aChangeIsDueWhenItHasBeenAtRest() {
    assertThat(judge(file(2), 0)).isEqualTo(Finding.MOVING);
    assertThat(judge(file(2), 500)).isEqualTo(Finding.MOVING);
    assertThat(judge(file(2), 1000)).isEqualTo(Finding.CHANGED);
  }

  @Test
  @Tag("R04")
  void aFileThatIsBeingWrittenIsLeftAlone() {
    for (int step = 0; step < 1000; step++) {
      assertThat(judge(file(2 + step), step * 500L)).isEqualTo(Finding.MOVING);
    }
    assertThat(judge(file(1001), 999 * 500L + 1000)).isEqualTo(Finding.CHANGED);
  }

  @Test
  void aChangeThatIsTakenBackIsNone() {
    assertThat(judge(file(2), 0)).isEqualTo(Finding.MOVING);
    assertThat(judge(READ, 500)).isEqualTo(Finding.UNCHANGED);
    assertThat(judge(file(2), 1500)).isEqualTo(Finding.MOVING);
  }

  @Test
  void aFileThatIsGoneForAMomentIsNotMissed() {
    assertThat(judge(GONE, 0)).isEqualTo(Finding.MOVING);
    assertThat(judge(file(2), 500)).isEqualTo(Finding.MOVING);
    assertThat(judge(file(2), 1500)).isEqualTo(Finding.CHANGED);
  }

  @Test
  void aFileThatIsGoneForLongerHasVanished() {
    assertThat(judge(GONE, 0)).isEqualTo(Finding.MOVING);
    assertThat(judge(GONE, 1000)).isEqualTo(Finding.VANISHED);
    assertThat(judge(GONE, 2000)).isEqualTo(Finding.VANISHED);
    assertThat(judge(READ, 2500)).isEqualTo(Finding.UNCHANGED);
  }

  @Test
  void aFileThatAppearsIsAChange() {
    assertThat(watch.judge(GONE, GONE, 0)).isEqualTo(Finding.UNCHANGED);
    assertThat(watch.judge(GONE, READ, 1)).isEqualTo(Finding.MOVING);
    assertThat(watch.judge(GONE, READ, Duration.ofMillis(1001).toNanos()))
        .isEqualTo(Finding.CHANGED);
  }

  private Finding judge(Fingerprint now, long millis) {
    return watch.judge(READ, now, Duration.ofMillis(millis).toNanos());
  }

  private static Fingerprint file(long changed) {
    return new Fingerprint(Map.of(FILE, new Fingerprint.Look.File(1, 2, 3, changed, changed)));
  }
}
