package io.detour.rules.yaml;

import com.google.re2j.Pattern;
import io.detour.rules.Action;
import io.detour.rules.HostMatcher;
import io.detour.rules.LogLevel;
import io.detour.rules.Malformed;
import io.detour.rules.Outcome;
import io.detour.rules.ParsedMatcher;
import io.detour.rules.Position;
import io.detour.rules.Printable;
import io.detour.rules.Rule;
import io.detour.rules.Target;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the rules of one file, one after the other. */
final class RuleReader {
  private static final Keys RULE_KEYS =
      Keys.of("name", "match", "action", "to", "message", "log", "owner", "ticket", "reason")
          .refusing(
              "targets",
              "fallback_on",
              "when",
              "mode",
              "expires",
              "on_expiry",
              "rollout",
              "brownout",
              "host_header");
  private static final Keys MATCH_KEYS = Keys.of("host").refusing("port", "client", "user");
  private static final Keys HOST_KEYS = Keys.of("exact", "suffix", "regex");
  private static final Keys LOG_KEYS = Keys.of("level", "message");

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");

  /** A message goes into one line of a log and into the body of an answer. */
  private static final int MAX_MESSAGE = 200;

  private final Problems problems;
  private final Map<String, Integer> lines = new LinkedHashMap<>();

  RuleReader(Problems problems) {
    this.problems = problems;
  }

  /** The names of the rules so far, also of those with problems. */
  Set<String> names() {
    return Collections.unmodifiableSet(lines.keySet());
  }

  /** A rule, or null if its problems leave none. */
  @Nullable Rule read(Node node, int index) {
    Fields fields = Fields.of(node, "a rule", RULE_KEYS, problems);
    if (fields == null) {
      return null;
    }
    String name = name(fields);
    List<HostMatcher> hosts = hosts(fields);
    Target target = target(fields, hosts);
    String message = fields.line("message", MAX_MESSAGE);
    Action action = fields.required("action") == null ? null : fields.word("action", Action.class);
    Outcome outcome = action == null ? null : outcome(fields, action, target, message, name);
    Rule.Log log = log(fields, action);
    Rule.Notes notes = notes(fields);
    if (name == null || outcome == null || hosts.isEmpty()) {
      return null;
    }
    Position position = new Position(problems.file(), fields.at().line());
    return new Rule(name, index, position, hosts, outcome, log, notes);
  }

  private @Nullable String name(Fields fields) {
    Node.Scalar scalar = fields.requiredText("name");
    if (scalar == null) {
      return null;
    }
    String name = scalar.text();
    if (!NAME.matches(name)) {
      problems.add(
          scalar.at(),
          "name: "
              + Printable.quoted(name)
              + " (expected: 1 to 63 of the characters a to z, 0 to 9 and -)");
      return null;
    }
    Integer firstLine = lines.putIfAbsent(name, scalar.at().line());
    if (firstLine != null) {
      problems.add(scalar.at(), "name: \"" + name + "\" is taken by the rule in line " + firstLine);
    }
    return name;
  }

  private List<HostMatcher> hosts(Fields rule) {
    Node match = rule.required("match");
    Fields matchFields = match == null ? null : Fields.of(match, "\"match\"", MATCH_KEYS, problems);
    Node host = matchFields == null ? null : matchFields.required("host");
    Fields fields = host == null ? null : Fields.of(host, "\"host\"", HOST_KEYS, problems);
    if (fields == null) {
      return List.of();
    }
    if (fields.isEmpty()) {
      problems.add(fields.at(), "\"host\" matches nothing (expected: exact, suffix or regex)");
    }
    List<HostMatcher> matchers = new ArrayList<>();
    read(fields.texts("exact"), HostMatcher.Exact::parse, matchers);
    read(fields.texts("suffix"), HostMatcher.Suffix::parse, matchers);
    read(fields.texts("regex"), HostMatcher.Regex::parse, matchers);
    return matchers;
  }

  private void read(
      List<Node.Scalar> texts, Function<String, ParsedMatcher> parse, List<HostMatcher> matchers) {
    for (Node.Scalar text : texts) {
      switch (parse.apply(text.text())) {
        case HostMatcher matcher -> matchers.add(matcher);
        case Malformed malformed -> problems.add(text.at(), malformed.problem());
      }
    }
  }

  private @Nullable Target target(Fields fields, List<HostMatcher> hosts) {
    Node.Scalar text = fields.optionalText("to");
    if (text == null) {
      return null;
    }
    return switch (Target.parse(text.text())) {
      case Malformed malformed -> {
        problems.add(text.at(), malformed.problem());
        yield null;
      }
      case Target target -> {
        for (HostMatcher matcher : hosts) {
          String mismatch = target.host().mismatch(matcher);
          if (mismatch != null) {
            problems.add(text.at(), mismatch);
            break;
          }
        }
        yield target;
      }
    };
  }

  private @Nullable Outcome outcome(
      Fields fields,
      Action action,
      @Nullable Target target,
      @Nullable String message,
      @Nullable String name) {
    return switch (action) {
      case REWRITE -> {
        refuse(fields, "message", action);
        if (!fields.has("to")) {
          problems.add(fields.at("action"), "action \"rewrite\" needs the key \"to\"");
        }
        yield target == null ? null : new Outcome.Rewrite(target);
      }
      case PASS -> {
        refuse(fields, "to", action);
        refuse(fields, "message", action);
        yield new Outcome.Pass();
      }
      case REJECT -> {
        refuse(fields, "to", action);
        yield new Outcome.Reject(message == null ? "rejected by rule \"" + name + '"' : message);
      }
    };
  }

  private void refuse(Fields fields, String key, Action action) {
    if (fields.has(key)) {
      problems.add(
          fields.at(key),
          "key \"" + key + "\" does not go with action \"" + Fields.wordOf(action) + '"');
    }
  }

  private Rule.Log log(Fields rule, @Nullable Action action) {
    LogLevel usual = action == Action.PASS ? LogLevel.OFF : LogLevel.INFO;
    Node node = rule.optional("log");
    if (!(node instanceof Node.Mapping)) {
      LogLevel level = rule.word("log", LogLevel.class);
      return new Rule.Log(level == null ? usual : level, null);
    }
    Fields fields = Fields.of(node, "\"log\"", LOG_KEYS, problems);
    if (fields == null || fields.required("level") == null) {
      return new Rule.Log(usual, null);
    }
    LogLevel level = fields.word("level", LogLevel.class);
    return new Rule.Log(level == null ? usual : level, fields.line("message", MAX_MESSAGE));
  }

  private static Rule.Notes notes(Fields fields) {
    return new Rule.Notes(
        fields.line("owner", MAX_MESSAGE),
        fields.line("ticket", MAX_MESSAGE),
        fields.line("reason", MAX_MESSAGE));
  }
}
