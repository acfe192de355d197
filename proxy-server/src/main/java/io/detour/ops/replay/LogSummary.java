package io.detour.ops.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the reading of a log went.
 *
 * @param lines all lines but empty ones
 * @param otherEvents lines of Detour that are none, such as ends of tunnels
 * @param suppressed uses of legacy names that have no line of their own, as other lines count them
 * @param strangeLines lines that are none of Detour's
 * @param problem null if the log was read to its end; otherwise one sentence that names the log,
 *     fit for a terminal, and the numbers are those of what could be read
 */
public record LogSummary(
    long lines,
    long requests,
    long otherEvents,
    long suppressed,
    long strangeLines,
    List<StrangeLine> firstStrange,
    @Nullable String problem) {
  public LogSummary {
    firstStrange = List.copyOf(firstStrange);
  }

  /** The beginning of a line that is none of Detour's, and why; both fit for a terminal. */
  public record StrangeLine(long number, String text, String reason) {}
}
