package io.detour.cli;

import io.detour.ops.ScriptJson;
import io.detour.ops.replay.LogSummary.StrangeLine;
import io.detour.ops.replay.ReplayResult.ChangeGroup;
import io.detour.ops.replay.ReplayResult.Changes;
import io.detour.ops.replay.Ruling;
import io.detour.rules.document.Fields;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code detour replay} found, for scripts: one JSON object, described in {@code
 * docs/migration-tools.md}.
 */
final class ReplayJson {

  private ReplayJson() {}

  static String of(ReplayReport report) {
    ObjectNode root = ScriptJson.MAPPER.createObjectNode();
    root.put("unchanged", report.isUnchanged());
    root.put("requests", report.result().requests());
    root.put("not_compared", report.result().undecided());
    root.put("suppressed", report.suppressed());
    changes(root.putObject("changed"), report.result().changed());
    changes(root.putObject("renamed"), report.result().renamed());
    ArrayNode logs = root.putArray("logs");
    report.logs().forEach(log -> log(logs.addObject(), log));
    ArrayNode problems = root.putArray("problems");
    report.problems().forEach(problems::add);
    return ScriptJson.MAPPER.writeValueAsString(root);
  }

  private static void changes(ObjectNode object, Changes changes) {
    object.put("requests", changes.requests());
    object.put("not_listed", changes.ungrouped());
    ArrayNode groups = object.putArray("groups");
    for (ChangeGroup group : changes.groups()) {
      ObjectNode each = groups.addObject();
      each.put("asked", group.change().asked().toString());
      ruling(each.putObject("was"), group.change().was());
      ruling(each.putObject("now"), group.change().now());
      each.put("requests", group.requests());
      each.put("clients", group.clients());
      each.put("more_clients", group.moreClients());
      each.put("first", group.first().toString());
      each.put("last", group.last().toString());
    }
  }

  private static void ruling(ObjectNode object, Ruling ruling) {
    object.put("rule", ruling.rule());
    object.put("action", Fields.wordOf(ruling.effect()));
    object.put("mode", Fields.wordOf(ruling.mode()));
    ArrayNode targets = object.putArray("targets");
    ruling.goals().forEach(goal -> targets.add(goal.toString()));
  }

  private static void log(ObjectNode object, ReplayCommand.ReadLog log) {
    object.put("name", log.name());
    object.put("lines", log.summary().lines());
    object.put("strange_lines", log.summary().strangeLines());
    ArrayNode first = object.putArray("first_strange");
    for (StrangeLine line : log.summary().firstStrange()) {
      first
          .addObject()
          .put("line", line.number())
          .put("reason", line.reason())
          .put("text", line.text());
    }
  }
}
