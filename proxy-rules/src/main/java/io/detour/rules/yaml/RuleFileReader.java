package io.detour.rules.yaml;

import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.UnmatchedPolicy;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the root of a rule file. */
final class RuleFileReader {
  private static final Keys FILE_KEYS = Keys.of("version", "defaults", "rules", "tests");
  private static final Keys DEFAULTS_KEYS =
      Keys.of("unmatched").refusing("mode", "legacy_suffixes");

  /** Keys with this prefix belong to the author of the file. */
  private static final String FREE = "x-";

  private final Problems problems;

  RuleFileReader(Problems problems) {
    this.problems = problems;
  }

  /** The file's rules and tests, or null; what is wrong has been added to the problems. */
  RuleFile.@Nullable Loaded read(Node root) {
    Fields fields = Fields.of(withoutFreeKeys(root), "the file", FILE_KEYS, problems);
    if (fields == null) {
      return null;
    }
    version(fields);
    UnmatchedPolicy unmatched = unmatched(fields);
    RuleReader reader = new RuleReader(problems);
    List<Rule> rules = rules(fields, reader);
    List<RuleTest> tests = tests(fields, reader.names());
    return problems.isEmpty() ? new RuleFile.Loaded(RuleSet.of(rules, unmatched), tests) : null;
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

  private UnmatchedPolicy unmatched(Fields fields) {
    Node node = fields.optional("defaults");
    Fields defaults =
        node == null ? null : Fields.of(node, "\"defaults\"", DEFAULTS_KEYS, problems);
    UnmatchedPolicy policy =
        defaults == null ? null : defaults.word("unmatched", UnmatchedPolicy.class);
    return policy == null ? UnmatchedPolicy.PASS : policy;
  }

  private List<Rule> rules(Fields fields, RuleReader reader) {
    List<Rule> rules = new ArrayList<>();
    if (fields.required("rules") != null) {
      int index = 0;
      for (Node item : fields.items("rules")) {
        Rule rule = reader.read(item, index++);
        if (rule != null) {
          rules.add(rule);
        }
      }
    }
    return rules;
  }

  private List<RuleTest> tests(Fields fields, Set<String> ruleNames) {
    RuleTestReader reader = new RuleTestReader(ruleNames, problems);
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
