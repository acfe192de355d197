package io.detour.server.replay;

import io.detour.core.HostPort;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins the lines of the text format that are about one request: a refusal follows what the rules
 * said, with lines of other requests between. A bounded number of lines waits. One thread.
 */
final class RequestLines implements Consumer<LoggedRequest> {
  /** About 15 MB. The lines of a request stand far apart only if it is dialled in vain. */
  static final int MOST_WAITING = 16_384;

  /** Longer than clients wait for a tunnel. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Consumer<LoggedRequest> whole;
  private final Map<Key, LoggedRequest> waiting = new LinkedHashMap<>();

  private record Key(String client, @Nullable HostPort asked) {}

  /**
   * @param whole told each request when nothing more is to be expected about it
   */
  RequestLines(Consumer<LoggedRequest> whole) {
    this.whole = whole;
  }

  @Override
  public void accept(LoggedRequest line) {
    Key key = new Key(line.client(), line.asked());
    if (line.ruling() == null) {
      join(waiting.remove(key), line);
    } else if (line.refusal() != null) {
      whole.accept(line);
    } else {
      waitFor(key, line);
    }
  }

  private void join(@Nullable LoggedRequest earlier, LoggedRequest refusal) {
    if (earlier == null) {
      whole.accept(refusal);
    } else if (Duration.between(earlier.time(), refusal.time()).compareTo(LONGEST) > 0) {
      whole.accept(earlier);
      whole.accept(refusal);
    } else {
      whole.accept(earlier.refusedWith(refusal.refusal()));
    }
  }

  private void waitFor(Key key, LoggedRequest line) {
    LoggedRequest earlier = waiting.remove(key);
    if (earlier == null && waiting.size() == MOST_WAITING) {
      earlier = waiting.remove(waiting.keySet().iterator().next());
    }
    if (earlier != null) {
      whole.accept(earlier);
    }
    waiting.put(key, line);
  }

  /** Passes on what waits. */
  void finish() {
    waiting.values().forEach(whole);
    waiting.clear();
  }
}
