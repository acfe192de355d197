package io.detour.rules.file;

import io.detour.core.Parsed;
import io.detour.rules.Mode;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet.UnmatchedPolicy;
import io.detour.rules.document.Document;
import io.detour.rules.document.Document.Anchor;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.rules.file.RuleFiles.Located;
import io.detour.rules.host.HostMatcher;
import io.detour.rules.host.LegacyZone;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads one rule file: its lists item by item, and then what stands beside them. */
final class RuleFileReader {
  private static final Keys FILE_KEYS = Keys.of("version", "defaults", "rules", "tests");
  private static final Keys DEFAULTS_KEYS =
      Keys.of("mode", "unmatched", "legacy_suffixes", "legacy_networks");

  /** Keys with this prefix belong to the author of the file. */
  private static final String FREE = "x-";

  private final Problems problems;
  private final RuleReader rules;
  private final RuleTestReader testReader;
  private final List<RuleTest> tests = new ArrayList<>();

  /** Days and hours of rules are meant in this zone. */
  RuleFileReader(Problems problems, ZoneId zone) {
    this.problems = problems;
    this.rules = new RuleReader(problems, zone);
    this.testReader = new RuleTestReader(zone, problems);
  }

  /** The lists of the root whose items are read one by one, and who reads them. */
  Map<String, Consumer<Node>> lists() {
    return Map.of("rules", rules::read, "tests", this::test);
  }

  private void test(Node item) {
    RuleTest test = testReader.read(item);
    if (test != null) {
      tests.add(test);
    }
  }

  /** What the file says, once its lists have been read; its problems have been added. */
  FileContents read(@Nullable Document document) {
    if (document == null) {
      return FileContents.none(problems);
    }
    Fields fields = Fields.of(withoutFreeKeys(document.root()), "the file", FILE_KEYS, problems);
    if (fields == null) {
      return FileContents.none(problems);
    }
    version(fields);
    if (fields.required("rules") != null) {
      fields.items("rules");
    }
    fields.items("tests");
    Fields defaults = fields.optionalFields("defaults", DEFAULTS_KEYS);
    Mode mode = defaults == null ? Mode.ENFORCE : defaults.word("mode", Mode.ENFORCE);
    return new FileContents(
        rules.rules(mode),
        rules.brokenNames(),
        defaults == null ? null : unmatched(defaults, mode),
        legacyZones(defaults, "legacy_suffixes", HostMatcher.Suffix::parse),
        legacyZones(defaults, "legacy_networks", LegacyZone.Network::parse),
        tests,
        document.anchors(),
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

  /** A file that only reports, or is switched off, changes nothing about other hosts either. */
  private @Nullable Located<UnmatchedPolicy> unmatched(Fields defaults, Mode mode) {
    UnmatchedPolicy policy = defaults.word("unmatched", UnmatchedPolicy.class);
    return policy == null
        ? null
        : new Located<>(
            mode == Mode.ENFORCE ? policy : UnmatchedPolicy.PASS,
            problems.file(),
            defaults.at("unmatched"));
  }

  private <Z extends LegacyZone> List<Located<Z>> legacyZones(
      @Nullable Fields defaults, String key, Function<String, Parsed<Z>> parser) {
    List<Located<Z>> zones = new ArrayList<>();
    for (Node.Scalar text : defaults == null ? List.<Node.Scalar>of() : defaults.texts(key)) {
      Z zone = problems.value(parser.apply(text.text()), text.at(), "");
      if (zone != null) {
        zones.add(new Located<>(zone, problems.file(), text.at()));
      }
    }
    return zones;
  }

  /**
   * What one rule file says, before it is put together with others.
   *
   * @param rules those without problems, to be taken out; their indexes are not settled yet
   * @param brokenNames names of rules with problems, and the lines of these
   * @param tests those without problems; the rules that they name are not looked up yet
   */
  record FileContents(
      Queue<Rule> rules,
      Map<String, Integer> brokenNames,
      @Nullable Located<UnmatchedPolicy> unmatched,
      List<Located<HostMatcher.Suffix>> legacySuffixes,
      List<Located<LegacyZone.Network>> legacyNetworks,
      List<RuleTest> tests,
      List<Anchor> anchors,
      Problems problems) {
    static FileContents none(Problems problems) {
      return new FileContents(
          new ArrayDeque<>(0),
          Map.of(),
          null,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          problems);
    }
  }
}
