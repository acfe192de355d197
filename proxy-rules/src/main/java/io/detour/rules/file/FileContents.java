package io.detour.rules.file;

import io.detour.rules.Rule;
import io.detour.rules.UnmatchedPolicy;
import io.detour.rules.document.Anchor;
import io.detour.rules.document.Location;
import io.detour.rules.document.Problems;
import io.detour.rules.host.HostMatcher;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What one rule file says, before it is put together with others.
 *
 * @param rules those without problems, in order, to be taken out; their indexes are not settled yet
 * @param brokenNames names of rules with problems, and the lines of these
 * @param unmatched what the file says about hosts that no rule matches, or null
 * @param legacySuffixes the legacy suffixes of the file
 * @param tests those without problems; the rules that they name are not looked up yet
 * @param anchors the YAML anchors of the file
 * @param problems what is wrong with the file
 */
record FileContents(
    Queue<Rule> rules,
    Map<String, Integer> brokenNames,
    @Nullable Located<UnmatchedPolicy> unmatched,
    List<Located<HostMatcher.Suffix>> legacySuffixes,
    List<RuleTest> tests,
    List<Anchor> anchors,
    Problems problems) {

  /** A value and where it stands. */
  record Located<T>(T value, Location at) {}

  /** A file of which only the problems are left. */
  static FileContents none(Problems problems) {
    return new FileContents(
        new ArrayDeque<>(0), Map.of(), null, List.of(), List.of(), List.of(), problems);
  }
}
