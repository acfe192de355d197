package io.detour.rules.file;

import io.detour.core.Printable;
import io.detour.rules.LegacyZones;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.RuleSet.UnmatchedPolicy;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node.Location;
import io.detour.rules.document.Problem;
import io.detour.rules.document.Problems;
import io.detour.rules.file.RuleFileReader.FileContents;
import io.detour.rules.file.RuleFiles.FileNotes;
import io.detour.rules.file.RuleFiles.Located;
import io.detour.rules.host.DomainTable;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.LegacyZone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the contents of files together, and finds what is wrong between them. */
final class RuleSetAssembly {
  private static final int MAX_COMPARED_NAMES = 10_000;
  private static final int MAX_ADVISED = 20;

  private final List<Rule> rules = new ArrayList<>();
  private final Map<String, Problems> problems = new HashMap<>();
  private final Set<String> brokenNames = new HashSet<>();
  private final List<HostMatcher.Suffix> legacySuffixes = new ArrayList<>();
  private final List<LegacyZone.Network> legacyNetworks = new ArrayList<>();

  /** Where the domain or subnet of each was first. */
  private final Map<Object, String> legacyPlaces = new HashMap<>();

  private @Nullable UnmatchedPolicy unmatched;
  private String unmatchedAt = "";
  private int advised;

  private RuleSetAssembly() {}

  static RuleFiles of(List<FileContents> files) {
    RuleSetAssembly assembly = new RuleSetAssembly();
    files.forEach(assembly::add);
    assembly.checkNames(files);
    List<Problem> problems =
        files.stream().flatMap(file -> file.problems().inOrder().stream()).toList();
    if (!problems.isEmpty()) {
      return new RuleFiles.Rejected(problems);
    }
    assembly.number();
    return new RuleFiles.Loaded(
        RuleSet.of(
            assembly.rules,
            assembly.unmatched == null ? UnmatchedPolicy.PASS : assembly.unmatched,
            new LegacyZones(assembly.legacySuffixes, assembly.legacyNetworks)),
        files.stream().flatMap(file -> file.tests().stream()).toList(),
        notes(files));
  }

  private static FileNotes notes(List<FileContents> files) {
    List<Located<String>> anchors = new ArrayList<>();
    for (FileContents file : files) {
      file.anchors().stream()
          .filter(anchor -> !anchor.used())
          .forEach(
              each -> anchors.add(new Located<>(each.name(), file.problems().file(), each.at())));
    }
    return new FileNotes(
        files.stream().map(file -> file.problems().file()).toList(),
        files.stream().flatMap(file -> file.legacySuffixes().stream()).toList(),
        anchors);
  }

  /** Takes the rules out of a file, so that a million of them are not held twice. */
  private void add(FileContents file) {
    problems.put(file.problems().file(), file.problems());
    brokenNames.addAll(file.brokenNames().keySet());
    for (Rule rule = file.rules().poll(); rule != null; rule = file.rules().poll()) {
      rules.add(rule);
    }
    addUnmatched(file);
    for (Located<HostMatcher.Suffix> suffix : file.legacySuffixes()) {
      if (isFirst(file.problems(), suffix, "suffix", suffix.value().domain())) {
        legacySuffixes.add(suffix.value());
      }
    }
    file.legacyNetworks().forEach(network -> addLegacyNetwork(file.problems(), network));
  }

  /** Apart from {@link #of}, whose frame would keep the table alive. */
  private void checkNames(List<FileContents> files) {
    DomainTable<Rule> names =
        new DomainTable<>(
            rules,
            Rule::name,
            (first, again) -> {
              refuseName(first, again);
              return first;
            });
    files.forEach(file -> lookUpTestedRules(file, names));
  }

  private void number() {
    for (int i = 0; i < rules.size(); i++) {
      rules.set(i, rules.get(i).at(i));
    }
  }

  private void refuseName(Rule taken, Rule rule) {
    String where =
        taken.file().equals(rule.file())
            ? "in line " + taken.line()
            : "at " + Printable.escaped(taken.position().toString());
    Objects.requireNonNull(problems.get(rule.file()))
        .add(
            new Location(rule.line(), rule.column()),
            "name: \"" + rule.name() + "\" is taken by the rule " + where);
  }

  private void addUnmatched(FileContents file) {
    Located<UnmatchedPolicy> said = file.unmatched();
    if (said == null) {
      return;
    }
    if (unmatched == null) {
      unmatched = said.value();
      unmatchedAt = file.problems().file() + ':' + said.at().line();
    } else if (unmatched != said.value()) {
      file.problems()
          .add(said.at(), "\"unmatched\" differs from " + Printable.escaped(unmatchedAt));
    }
  }

  private void addLegacyNetwork(Problems problems, Located<LegacyZone.Network> located) {
    if (!isFirst(problems, located, "network", located.value().subnet())) {
      return;
    }
    legacyNetworks.add(located.value());
    if (legacyNetworks.size() == LegacyZones.MAX_NETWORKS + 1) {
      problems.add(
          located.at(), "more than " + LegacyZones.MAX_NETWORKS + " legacy networks in all files");
    }
  }

  private boolean isFirst(
      Problems problems, Located<? extends LegacyZone> located, String kind, Object same) {
    String at = problems.file() + ':' + located.at().line();
    String first = legacyPlaces.putIfAbsent(same, at);
    if (first != null) {
      problems.add(
          located.at(),
          "legacy %s \"%s\" is repeated (first at %s)"
              .formatted(kind, located.value().text(), Printable.escaped(first)));
    }
    return first == null;
  }

  /** Not looked for so often, nor among so many names, that it would take long. */
  private @Nullable String meant(String name) {
    if (rules.size() > MAX_COMPARED_NAMES || advised++ >= MAX_ADVISED) {
      return null;
    }
    Set<String> names = new HashSet<>(brokenNames);
    rules.forEach(rule -> names.add(rule.name()));
    return Keys.closest(name, names);
  }

  private void lookUpTestedRules(FileContents file, DomainTable<Rule> names) {
    for (RuleTest test : file.tests()) {
      String name = test.expected().rule();
      if (name != null && names.find(name) == null && !brokenNames.contains(name)) {
        String meant = meant(name);
        file.problems()
            .add(
                test.expected().ruleAt(),
                "there is no rule %s%s"
                    .formatted(
                        Printable.quoted(name),
                        meant == null ? "" : " (did you mean " + Printable.quoted(meant) + "?)"));
      }
    }
  }
}
