package io.detour.cli;

import io.detour.ops.replay.LogSummary;
import io.detour.ops.replay.LogSummary.StrangeLine;
import io.detour.ops.replay.ReplayResult;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code detour replay} found.
 *
 * @param result of all logs
 * @param logs how reading each of them went
 */
record ReplayReport(ReplayResult result, List<ReplayCommand.ReadLog> logs) {
  ReplayReport {
    logs = List.copyOf(logs);
  }

  /** Whether every log was read and no decision changed. */
  boolean isUnchanged() {
    return result.changed().requests() == 0 && problems().isEmpty();
  }

  /** Why logs were not read to their end, or cannot be what they should be. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (ReplayCommand.ReadLog log : logs) {
      LogSummary summary = log.summary();
      if (summary.problem() != null) {
        problems.add(summary.problem());
      } else if (summary.strangeLines() > 0 && summary.strangeLines() == summary.lines()) {
        problems.add(log.name() + ": no line is understood (expected: an access log of Detour)");
      }
    }
    return problems;
  }

  /** The problems, the first lines that are not understood, and what the logs leave out. */
  List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (ReplayCommand.ReadLog log : logs) {
      for (StrangeLine line : log.summary().firstStrange()) {
        complaints.add(
            log.name()
                + ":"
                + line.number()
                + ": not understood, "
                + line.reason()
                + ": "
                + line.text());
      }
      long more = log.summary().strangeLines() - log.summary().firstStrange().size();
      if (more > 0) {
        complaints.add(log.name() + ": not understood: " + Counted.of(more, "more line"));
      }
    }
    complaints.addAll(problems());
    if (suppressed() > 0) {
      complaints.add(
          (suppressed() == 1
                  ? "1 request has no line of its own"
                  : Counted.of(suppressed()) + " requests have no line of their own")
              + " (log.uses_per_minute) and "
              + (suppressed() == 1 ? "is" : "are")
              + " not compared");
    }
    return complaints;
  }

  /** Uses that have no line of their own. */
  long suppressed() {
    return logs.stream().mapToLong(log -> log.summary().suppressed()).sum();
  }

  long strangeLines() {
    return logs.stream().mapToLong(log -> log.summary().strangeLines()).sum();
  }
}
