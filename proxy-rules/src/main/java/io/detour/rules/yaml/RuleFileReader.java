package io.detour.rules.yaml;

import io.detour.rules.HostMatcher;
import io.detour.rules.Malformed;
import io.detour.rules.Mode;
import io.detour.rules.Rule;
import io.detour.rules.UnmatchedPolicy;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the root of a rule file. */
final class RuleFileReader {
  private static final Keys FILE_KEYS = Keys.of("version", "defaults", "rules", "tests");
  private static final Keys DEFAULTS_KEYS = Keys.of("mode", "unmatched", "legacy_suffixes");

  /** Keys with this prefix belong to the author of the file. */
  private static final String FREE = "x-";

  private final Problems problems;
  private final ZoneId zone;

  /**
   * @param zone in which the days and hours of rules are meant
   */
  RuleFileReader(Problems problems, ZoneId zone) {
    this.problems = problems;
    this.zone = zone;
  }

  /** What the file says; what is wrong has been added to the problems. */
  FileContents read(Node root) {
    Fields fields = Fields.of(withoutFreeKeys(root), "the file", FILE_KEYS, problems);
    if (fields == null) {
      return FileContents.none(problems);
    }
    version(fields);
    Node node = fields.optional("defaults");
    Fields defaults =
        node == null ? null : Fields.of(node, "\"defaults\"", DEFAULTS_KEYS, problems);
    Mode mode = defaults == null ? null : defaults.word("mode", Mode.class);
    RuleReader reader = new RuleReader(problems, zone, mode == null ? Mode.ENFORCE : mode);
    return new FileContents(
        rules(fields, reader),
        reader.brokenNames(),
        defaults == null ? null : unmatched(defaults),
        defaults == null ? List.of() : legacySuffixes(defaults),
        tests(fields),
        problems);
  }

  private static Node withoutFreeKeys(Node root) {
    return root instanceof Node.Mapping mapping
        ? new Node.Mapping(
            mapping.at(),
            mapping.entries().stream().filter(entry -> !entry.key().startsWith(FREE)).toList())
        : root;
  }

  private void version(Fields fields) {
    Node version = fields.required("version");
    boolean known =
        version instanceof Node.Scalar scalar
            && scalar.type() == Node.Type.NUMBER
            && scalar.text().equals("1");
    if (version != null && !known) {
      problems.add(version.at(), "version: " + version.shown() + " (expected: the number 1)");
    }
  }

  private static FileContents.@Nullable Located<UnmatchedPolicy> unmatched(Fields defaults) {
    UnmatchedPolicy policy = defaults.word("unmatched", UnmatchedPolicy.class);
    return policy == null ? null : new FileContents.Located<>(policy, defaults.at("unmatched"));
  }

  private List<FileContents.Located<HostMatcher.Suffix>> legacySuffixes(Fields defaults) {
    List<FileContents.Located<HostMatcher.Suffix>> suffixes = new ArrayList<>();
    for (Node.Scalar text : defaults.texts("legacy_suffixes")) {
      switch (HostMatcher.Suffix.parse(text.text())) {
        case HostMatcher.Suffix suffix ->
            suffixes.add(new FileContents.Located<>(suffix, text.at()));
        case Malformed malformed -> problems.add(text.at(), malformed.problem());
        case HostMatcher.Exact _, HostMatcher.Regex _ ->
            throw new IllegalStateException("a suffix is read as a suffix");
      }
    }
    return suffixes;
  }

  private List<Rule> rules(Fields fields, RuleReader reader) {
    List<Rule> rules = new ArrayList<>();
    if (fields.required("rules") != null) {
      for (Node item : fields.items("rules")) {
        Rule rule = reader.read(item);
        if (rule != null) {
          rules.add(rule);
        }
      }
    }
    return rules;
  }

  private List<RuleTest> tests(Fields fields) {
    RuleTestReader reader = new RuleTestReader(zone, problems);
    List<RuleTest> tests = new ArrayList<>();
    for (Node item : fields.items("tests")) {
      RuleTest test = reader.read(item);
      if (test != null) {
        tests.add(test);
      }
    }
    return tests;
  }
}
