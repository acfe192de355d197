package io.detour.rules.lint;

import io.detour.core.Printable;
import io.detour.rules.Rule;
import io.detour.rules.file.FileNotes;
import io.detour.rules.file.RuleFiles;
import java.util.List;

/** Looks for what is suspicious about rules that have no problem. */
public final class Lint {
  private Lint() {}

  /** All findings, in the order of the files. At most 1000 of a kind, and then their number. */
  public static List<Finding> of(RuleFiles.Loaded files, Setting setting) {
    List<Rule> rules = files.rules().rules();
    Findings findings = new Findings();
    Claims claims = new Claims(files.rules());
    Shadows shadows = Shadows.of(rules, claims, setting, findings);
    RuleStates states = new RuleStates(setting, findings);
    Targets targets = new Targets(claims, setting, findings);
    Expressions expressions = new Expressions(claims, findings);
    for (Rule rule : rules) {
      OwnMatchers.look(rule, findings);
      states.look(rule);
      targets.look(rule);
      expressions.look(rule);
    }
    Leads.look(rules, claims, rule -> shadows.isDead(rule) || setting.hasEnded(rule), findings);
    LegacyTargets.look(files, claims, setting::hasEnded, findings);
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
