package io.detour.rules.file;

import io.detour.core.Printable;
import io.detour.rules.Action;
import io.detour.rules.Mode;
import io.detour.rules.Outcome;
import io.detour.rules.Rule;
import io.detour.rules.Rule.LogLevel;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Lifetime;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.rules.host.HostMatcher;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the rules of one file, one after the other. */
final class RuleReader {
  private static final Keys RULE_KEYS =
      Keys.of(
          "name",
          "match",
          "action",
          "to",
          "targets",
          "fallback_on",
          "when",
          "host_header",
          "responses",
          "message",
          "mode",
          "log",
          "expires",
          "on_expiry",
          "rollout",
          "brownout",
          "owner",
          "ticket",
          "reason");
  private static final Keys LOG_KEYS = Keys.of("level", "message");

  /** Of a rule, and of a parent proxy. */
  static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");

  /** A message goes into one line of a log and into the body of an answer. */
  static final int MAX_MESSAGE = 200;

  private final Problems problems;
  private final List<Rule> rules = new ArrayList<>();

  /** The rules that leave their mode to the file, by their place in the list. */
  private final BitSet withoutMode = new BitSet();

  private final MatchReader matches;
  private final OutcomeReader outcomes;
  private final LifetimeReader lifetimes;
  private final Map<String, Integer> brokenNames = new LinkedHashMap<>();

  /** One object for each level without a message, since a file may have a million rules. */
  private final Map<LogLevel, Rule.Log> plainLogs = new EnumMap<>(LogLevel.class);

  RuleReader(Problems problems, ZoneId zone) {
    this.problems = problems;
    this.matches = new MatchReader(problems);
    this.outcomes = new OutcomeReader(problems);
    this.lifetimes = new LifetimeReader(problems, zone);
  }

  /** The names of the rules that could not be read, and the lines of these. */
  Map<String, Integer> brokenNames() {
    return Collections.unmodifiableMap(brokenNames);
  }

  /** The rules without problems, in order; their indexes are not settled. */
  Queue<Rule> rules(Mode usual) {
    if (usual != Mode.ENFORCE) {
      withoutMode.stream().forEach(place -> rules.set(place, rules.get(place).atMost(usual)));
    }
    return new ArrayDeque<>(rules);
  }

  void read(Node node) {
    Fields fields = Fields.of(node, "a rule", RULE_KEYS, problems);
    if (fields == null) {
      return;
    }
    String name = name(fields);
    Fields match = matches.fields(fields);
    List<HostMatcher> hosts = match == null ? List.of() : matches.hosts(match);
    Conditions scope = matches.scope(match, fields);
    Action action = fields.required("action") == null ? null : fields.word("action", Action.class);
    Outcome outcome = outcomes.read(fields, action, hosts, name);
    Lifetime lifetime = lifetimes.read(fields);
    Mode mode = fields.word("mode", Mode.class);
    Rule.Log log = log(fields, action);
    Rule.Notes notes = notes(fields);
    if (name == null) {
      return;
    }
    if (outcome == null || hosts.isEmpty()) {
      broken(name, fields);
      return;
    }
    if (mode == null) {
      withoutMode.set(rules.size());
    }
    rules.add(
        new Rule(
            name,
            0,
            problems.file(),
            fields.at().line(),
            fields.at().column(),
            hosts,
            scope,
            lifetime,
            outcome,
            mode == null ? Mode.ENFORCE : mode,
            log,
            notes));
  }

  private void broken(String name, Fields fields) {
    Integer firstLine = brokenNames.putIfAbsent(name, fields.at().line());
    if (firstLine != null) {
      problems.add(fields.at(), "name: \"" + name + "\" is taken by the rule in line " + firstLine);
    }
  }

  private @Nullable String name(Fields fields) {
    Node.Scalar scalar = fields.requiredText("name");
    if (scalar == null) {
      return null;
    }
    String name = scalar.text();
    if (!NAME.matcher(name).matches()) {
      problems.add(
          scalar.at(),
          "name: %s (expected: 1 to 63 of the characters a to z, 0 to 9 and -)"
              .formatted(Printable.quoted(name)));
      brokenNames.putIfAbsent(name, fields.at().line());
      return null;
    }
    return name;
  }

  private Rule.Log log(Fields rule, @Nullable Action action) {
    LogLevel usual = action == Action.PASS ? LogLevel.OFF : LogLevel.INFO;
    Node node = rule.optional("log");
    if (!(node instanceof Node.Mapping)) {
      return plainLog(rule.word("log", usual));
    }
    Fields fields = Fields.of(node, "\"log\"", LOG_KEYS, problems);
    if (fields == null || fields.required("level") == null) {
      return plainLog(usual);
    }
    return new Rule.Log(fields.word("level", usual), fields.line("message", MAX_MESSAGE));
  }

  private Rule.Log plainLog(LogLevel level) {
    return plainLogs.computeIfAbsent(level, same -> new Rule.Log(same, null));
  }

  private static Rule.Notes notes(Fields fields) {
    String owner = fields.line("owner", MAX_MESSAGE);
    String ticket = fields.line("ticket", MAX_MESSAGE);
    String reason = fields.line("reason", MAX_MESSAGE);
    return owner == null && ticket == null && reason == null
        ? Rule.Notes.NONE
        : new Rule.Notes(owner, ticket, reason);
  }
}
