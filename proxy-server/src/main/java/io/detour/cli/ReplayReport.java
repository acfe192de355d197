package io.detour.cli;

import io.detour.core.Printable;
import io.detour.ops.replay.LogSummary;
import io.detour.ops.replay.ReplayResult;
import io.detour.ops.replay.ReplayResult.Changes;
import io.detour.ops.replay.Ruling;
import io.detour.rules.document.Fields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code detour replay} found in all logs, for people and for scripts. */
record ReplayReport(ReplayResult result, List<ReadLog> logs) {
  ReplayReport {
    logs = List.copyOf(logs);
  }

  /** A log, as it was named, and how reading it went. */
  record ReadLog(String name, LogSummary summary) {
    ReadLog {
      name = Printable.escaped(name);
    }
  }

  /** Whether every log was read and no decision changed. */
  boolean isUnchanged() {
    return result.changed().requests() == 0 && problems().isEmpty();
  }

  /** Whether there is no request to say anything about because logs cannot be read. */
  boolean isUnread() {
    return result.requests() == 0 && !problems().isEmpty();
  }

  /** Why logs were not read to their end, or cannot be what they should be. */
  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (ReadLog log : logs) {
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
    for (ReadLog log : logs) {
      LogSummary summary = log.summary();
      summary
          .firstStrange()
          .forEach(
              line ->
                  complaints.add(
                      "%s:%d: not understood, %s: %s"
                          .formatted(log.name(), line.number(), line.reason(), line.text())));
      long more = summary.strangeLines() - summary.firstStrange().size();
      if (more > 0) {
        complaints.add(log.name() + ": not understood: " + Counted.of(more, "more line"));
      }
    }
    problems().forEach(problem -> complaints.add("detour replay: " + problem));
    long suppressed = suppressed();
    if (suppressed > 0) {
      complaints.add(
          suppressed == 1
              ? "1 request has no line of its own (log.uses_per_minute) and is not compared"
              : Counted.of(suppressed)
                  + " requests have no line of their own (log.uses_per_minute) and are not"
                  + " compared");
    }
    return complaints;
  }

  private long suppressed() {
    return logs.stream().mapToLong(log -> log.summary().suppressed()).sum();
  }

  /**
   * Lines of text, each with its end: three for each group of changed requests, and one that counts
   * everything.
   *
   * @param withRenamed whether requests that another rule decides to the same effect are listed too
   */
  String text(boolean withRenamed) {
    StringBuilder text = new StringBuilder();
    append(text, result.changed(), "changed");
    if (withRenamed) {
      append(text, result.renamed(), "decided by another rule");
    }
    return text.append(summary()).append('\n').toString();
  }

  private static void append(StringBuilder text, Changes changes, String what) {
    for (var group : changes.groups()) {
      String clients =
          Counted.of(group.clients(), "client") + (group.moreClients() ? " or more" : "");
      text.append(
          """
          %s: %s of %s, %s to %s
            was  %s
            now  %s

          """
              .formatted(
                  group.change().asked(),
                  Counted.of(group.requests(), "request"),
                  clients,
                  group.first(),
                  group.last(),
                  group.change().was(),
                  group.change().now()));
    }
    if (changes.ungrouped() > 0) {
      text.append(Counted.of(changes.ungrouped(), "more request"))
          .append(' ')
          .append(what)
          .append(", in too many groups to be listed\n\n");
    }
  }

  private String summary() {
    long changed = result.changed().requests();
    long renamed = result.renamed().requests();
    long strange = logs.stream().mapToLong(log -> log.summary().strangeLines()).sum();
    List<String> parts = new ArrayList<>();
    parts.add(Counted.of(result.requests(), "request"));
    parts.add(
        changed == 0
            ? "none changed"
            : Counted.of(changed)
                + " changed in "
                + Counted.of(result.changed().groups().size(), "group"));
    if (renamed > 0) {
      parts.add(Counted.of(renamed) + " decided by another rule to the same effect");
    }
    if (result.undecided() > 0) {
      parts.add(Counted.of(result.undecided()) + " not compared");
    }
    if (strange > 0) {
      parts.add(Counted.of(strange, "line") + " not understood");
    }
    return String.join(", ", parts);
  }

  /** The JSON object that {@code docs/migration-tools.md} describes. */
  Record json() {
    return new Json(
        isUnchanged(),
        result.requests(),
        result.undecided(),
        suppressed(),
        ChangesJson.of(result.changed()),
        ChangesJson.of(result.renamed()),
        logs.stream().map(LogJson::of).toList(),
        problems());
  }

  private record Json(
      boolean unchanged,
      long requests,
      long notCompared,
      long suppressed,
      ChangesJson changed,
      ChangesJson renamed,
      List<LogJson> logs,
      List<String> problems) {}

  private record ChangesJson(long requests, long notListed, List<Group> groups) {
    private record Group(
        String asked,
        Side was,
        Side now,
        long requests,
        int clients,
        boolean moreClients,
        String first,
        String last) {}

    private record Side(@Nullable String rule, String action, String mode, List<String> targets) {
      static Side of(Ruling ruling) {
        List<String> targets = ruling.goals().stream().map(Object::toString).toList();
        return new Side(
            ruling.rule(), Fields.wordOf(ruling.effect()), Fields.wordOf(ruling.mode()), targets);
      }
    }

    static ChangesJson of(Changes changes) {
      List<Group> groups =
          changes.groups().stream()
              .map(
                  group ->
                      new Group(
                          group.change().asked().toString(),
                          Side.of(group.change().was()),
                          Side.of(group.change().now()),
                          group.requests(),
                          group.clients(),
                          group.moreClients(),
                          group.first().toString(),
                          group.last().toString()))
              .toList();
      return new ChangesJson(changes.requests(), changes.ungrouped(), groups);
    }
  }

  private record LogJson(String name, long lines, long strangeLines, List<Line> firstStrange) {
    private record Line(long line, String reason, String text) {}

    static LogJson of(ReadLog log) {
      LogSummary summary = log.summary();
      return new LogJson(
          log.name(),
          summary.lines(),
          summary.strangeLines(),
          summary.firstStrange().stream()
              .map(line -> new Line(line.number(), line.reason(), line.text()))
              .toList());
    }
  }
}
