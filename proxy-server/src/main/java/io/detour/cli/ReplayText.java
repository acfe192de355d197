package io.detour.cli;

import io.detour.ops.replay.ReplayResult.ChangeGroup;
import io.detour.ops.replay.ReplayResult.Changes;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code detour replay} found, for people: three lines for each group of changed requests, and
 * a line that counts everything.
 */
final class ReplayText {
  private ReplayText() {}

  /**
   * Lines of text, each with its end.
   *
   * @param withRenamed whether requests that another rule decides to the same effect are listed too
   */
  static String of(ReplayReport report, boolean withRenamed) {
    StringBuilder text = new StringBuilder();
    append(text, report.result().changed(), "changed");
    if (withRenamed) {
      append(text, report.result().renamed(), "decided by another rule");
    }
    return text.append(summary(report)).append('\n').toString();
  }

  private static void append(StringBuilder text, Changes changes, String what) {
    for (ChangeGroup group : changes.groups()) {
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

  private static String summary(ReplayReport report) {
    Changes changed = report.result().changed();
    Changes renamed = report.result().renamed();
    List<String> parts = new ArrayList<>();
    parts.add(Counted.of(report.result().requests(), "request"));
    parts.add(
        changed.requests() == 0
            ? "none changed"
            : Counted.of(changed.requests())
                + " changed in "
                + Counted.of(changed.groups().size(), "group"));
    if (renamed.requests() > 0) {
      parts.add(Counted.of(renamed.requests()) + " decided by another rule to the same effect");
    }
    if (report.result().undecided() > 0) {
      parts.add(Counted.of(report.result().undecided()) + " not compared");
    }
    if (report.strangeLines() > 0) {
      parts.add(Counted.of(report.strangeLines(), "line") + " not understood");
    }
    return String.join(", ", parts);
  }
}
