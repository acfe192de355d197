package io.detour.cli;

import io.detour.ops.ScriptJson;
import io.detour.ops.certificates.CertificateSurvey;
import io.detour.rules.Rule;
import io.detour.rules.document.Problem;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Code.Severity;
import io.detour.rules.lint.Finding;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code detour check} found, for scripts: one JSON object, described in {@code
 * docs/rules.md}. A line or column is null where something is about a file as a whole.
 */
final class CheckedRulesJson {
  private CheckedRulesJson() {}

  static String of(CheckedRules checked) {
    ObjectNode root = ScriptJson.MAPPER.createObjectNode();
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
    if (checked.certificates() == null) {
      root.putNull("certificates");
    } else {
      certificates(root.putObject("certificates"), checked.certificates());
    }
    return ScriptJson.MAPPER.writeValueAsString(root);
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

  private static void certificates(ObjectNode object, CertificateSurvey survey) {
    object.put("probes", survey.probes()).put("unfinished", survey.unfinished());
    ArrayNode findings = object.putArray("findings");
    for (CertificateSurvey.Flaw flaw : survey.flaws()) {
      Rule rule = flaw.rule();
      ObjectNode finding = findings.addObject();
      finding.put("severity", Severity.WARNING.toString());
      finding.put("code", flaw.kind().toString()).put("rule", rule.name());
      place(finding, rule.file(), rule.line(), rule.column());
      finding
          .put("legacy_name", flaw.probe().legacyName().name())
          .put("target", flaw.probe().target().toString())
          .put("via", flaw.probe().via())
          .put("message", flaw.message());
    }
    ArrayNode untested = object.putArray("untested");
    for (CertificateSurvey.Untested each : survey.untested()) {
      ObjectNode left = untested.addObject().put("rule", each.rule().name());
      place(left, each.rule().file(), each.rule().line(), each.rule().column());
      left.put("reason", each.reason());
    }
  }

  private static void place(ObjectNode object, String file, int line, int column) {
    object.put("file", file);
    object.put("line", line == 0 ? null : Integer.valueOf(line));
    object.put("column", line == 0 ? null : Integer.valueOf(column));
  }
}
