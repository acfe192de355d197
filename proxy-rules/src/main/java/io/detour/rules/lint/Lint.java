package io.detour.rules.lint;

import io.detour.rules.HostMatcher;
import io.detour.rules.Printable;
import io.detour.rules.Rule;
import io.detour.rules.yaml.FileNotes;
import io.detour.rules.yaml.RuleFiles;
import java.util.List;
import java.util.function.Function;

/** Looks for what is suspicious about rules that have no problem. */
public final class Lint {
  private Lint() {}

  /** All findings, in the order of the files. At most 1000 of a kind, and then their number. */
  public static List<Finding> of(RuleFiles.Loaded files, Setting setting) {
    return of(files, setting, regex -> RegexShape.UNKNOWN);
  }

  /**
   * All findings.
   *
   * @param analysis what the text of a regular expression says
   */
  static List<Finding> of(
      RuleFiles.Loaded files, Setting setting, Function<HostMatcher.Regex, RegexShape> analysis) {
    List<Rule> rules = files.rules().rules();
    Findings findings = new Findings();
    RegexShapes shapes = new RegexShapes(analysis);
    Shadows shadows = Shadows.of(rules, shapes, setting, findings);
    RuleStates states = new RuleStates(setting, findings);
    Targets targets = new Targets(setting, findings);
    Expressions expressions = new Expressions(shapes, findings);
    for (Rule rule : rules) {
      states.look(rule);
      targets.look(rule);
      expressions.look(rule);
    }
    Leads.look(rules, shadows, setting, findings);
    LegacyUse.look(files, shadows.claims(), shapes, findings);
    TestReach.look(files, shadows, findings);
    for (FileNotes.UnusedAnchor anchor : files.notes().unusedAnchors()) {
      findings.add(
          Code.UNUSED_ANCHOR,
          anchor.file(),
          anchor.at(),
          "anchor &" + Printable.escaped(anchor.name()) + " is not used");
    }
    return findings.inOrder(files.notes().files());
  }
}
