package io.detour.server;

import io.detour.rules.document.Problem;
import io.detour.rules.lint.Finding;
import io.detour.rules.lint.Severity;
import io.detour.rules.yaml.RuleFiles;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code detour check} found, for scripts: one JSON object, described in {@code
 * docs/rules.md}. A line or column is null where something is about a file as a whole.
 */
final class CheckedRulesJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private CheckedRulesJson() {}

  static String of(CheckedRules checked) {
    ObjectNode root = JSON.createObjectNode();
    root.put("ok", checked.isGood());
    ArrayNode files = root.putArray("files");
    checked.paths().forEach(path -> files.add(path.toString()));
    RuleFiles.Loaded read = checked.files();
    root.put("rules", read == null ? null : read.rules().rules().size());
    problems(root.putArray("problems"), checked.problems());
    ArrayNode findings = root.putArray("findings");
    checked.review().findings().forEach(finding -> finding(findings.addObject(), finding));
    root.put("errors", checked.count(Severity.ERROR));
    root.put("warnings", checked.count(Severity.WARNING));
    ObjectNode tests = root.putObject("tests");
    tests.put("run", read == null ? 0 : read.tests().size());
    tests.put("failed", checked.failedTests());
    problems(tests.putArray("failures"), checked.failures());
    return JSON.writeValueAsString(root);
  }

  private static void problems(ArrayNode array, List<Problem> problems) {
    for (Problem problem : problems) {
      ObjectNode object = array.addObject();
      place(object, problem.file(), problem.line(), problem.column());
      object.put("message", problem.message());
    }
  }

  private static void finding(ObjectNode object, Finding finding) {
    object.put("severity", finding.severity().toString());
    object.put("code", finding.code().toString());
    object.put("rule", finding.rule());
    place(object, finding.file(), finding.line(), finding.column());
    object.put("message", finding.message());
    ArrayNode related = object.putArray("related");
    finding
        .related()
        .forEach(at -> related.addObject().put("file", at.file()).put("line", at.line()));
  }

  private static void place(ObjectNode object, String file, int line, int column) {
    object.put("file", file);
    object.put("line", line == 0 ? null : Integer.valueOf(line));
    object.put("column", line == 0 ? null : Integer.valueOf(column));
  }
}
