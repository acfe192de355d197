package io.detour.rules.file;

import io.detour.core.AddressClass;
import io.detour.core.HostPort;
import io.detour.rules.Action;
import io.detour.rules.Fallback;
import io.detour.rules.FallbackError;
import io.detour.rules.HostHeader;
import io.detour.rules.Outcome;
import io.detour.rules.Responses;
import io.detour.rules.Target;
import io.detour.rules.condition.When;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.rules.host.HostMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what a rule does: its {@code action} and the keys that go with it. */
record OutcomeReader(Problems problems) {
  private static final List<String> REWRITE_KEYS =
      List.of("to", "targets", "fallback_on", "when", "host_header");
  private static final Keys TARGET_KEYS = Keys.of("to", "port", "via", "allow");

  /** What a rule does, or null if its problems leave nothing. */
  @Nullable Outcome read(
      Fields rule, @Nullable Action action, List<HostMatcher> hosts, @Nullable String name) {
    String message = rule.line("message", RuleReader.MAX_MESSAGE);
    List<Target> targets = targets(rule, hosts);
    Fallback fallback = fallback(rule);
    HostHeader hostHeader = rule.word("host_header", HostHeader.REWRITE);
    Responses responses = rule.word("responses", Responses.STRICT);
    if (action == null) {
      return null;
    }
    if (action != Action.REWRITE) {
      REWRITE_KEYS.forEach(key -> refuse(rule, key, action));
    }
    refuse(rule, action == Action.REJECT ? "responses" : "message", action);
    return switch (action) {
      case REWRITE -> {
        if (!rule.has("to") && !rule.has("targets")) {
          problems.add(rule.at("action"), "action \"rewrite\" needs the key \"to\" or \"targets\"");
        }
        yield targets.isEmpty()
            ? null
            : new Outcome.Rewrite(targets, fallback, hostHeader, responses);
      }
      case PASS -> new Outcome.Pass(responses);
      case REJECT ->
          new Outcome.Reject(message == null ? "rejected by rule \"" + name + '"' : message);
    };
  }

  private void refuse(Fields fields, String key, Action action) {
    if (fields.has(key)) {
      problems.add(
          fields.at(key),
          "key \"" + key + "\" does not go with action \"" + Fields.wordOf(action) + '"');
    }
  }

  private List<Target> targets(Fields rule, List<HostMatcher> hosts) {
    if (rule.has("to") && rule.has("targets")) {
      problems.add(
          rule.at("targets"),
          "key \"targets\" does not go with key \"to\" (expected: one of them)");
    }
    List<Target> targets = new ArrayList<>();
    Node.Scalar to = rule.optionalText("to");
    if (to != null) {
      add(targets, target(to, hosts));
    }
    for (Node item : rule.values("targets")) {
      Fields fields = Fields.of(item, "a target", TARGET_KEYS, problems);
      if (fields != null) {
        add(targets, target(fields, hosts));
      }
    }
    if (targets.size() > Outcome.Rewrite.MAX_TARGETS) {
      problems.add(
          rule.at("targets"),
          "\"targets\" has %s entries (expected: at most %s)"
              .formatted(targets.size(), Outcome.Rewrite.MAX_TARGETS));
      return List.of();
    }
    return targets;
  }

  private static void add(List<Target> targets, @Nullable Target target) {
    if (target != null) {
      targets.add(target);
    }
  }

  private @Nullable Target target(Node.Scalar text, List<HostMatcher> hosts) {
    Target target = problems.value(Target.parse(text.text()), text.at(), "");
    if (target != null) {
      hosts.stream()
          .map(target.host()::mismatch)
          .filter(Objects::nonNull)
          .findFirst()
          .ifPresent(mismatch -> problems.add(text.at(), mismatch));
    }
    return target;
  }

  private @Nullable Target target(Fields fields, List<HostMatcher> hosts) {
    Node.Scalar to = fields.requiredText("to");
    Target target = to == null ? null : target(to, hosts);
    Integer port = port(fields);
    Target.Way way = way(fields);
    if (target == null) {
      return null;
    }
    if (port != null && target.port().isPresent()) {
      problems.add(fields.at("port"), "the port stands in \"to\" already");
    }
    Target aimed = port == null ? target : target.withPort(port);
    return way.equals(Target.Way.DIRECT) ? aimed : aimed.withWay(way);
  }

  private @Nullable Integer port(Fields fields) {
    Node node = fields.optional("port");
    if (node == null) {
      return null;
    }
    if (node instanceof Node.Scalar scalar && scalar.text().matches("[1-9][0-9]{0,4}")) {
      int port = Integer.parseInt(scalar.text());
      if (HostPort.isPort(port)) {
        return port;
      }
    }
    problems.add(node.at(), "port: " + node.shown() + " (expected: 1..65535)");
    return null;
  }

  private Target.Way way(Fields fields) {
    Node.Scalar via = fields.optionalText("via");
    if (via != null && !RuleReader.NAME.matcher(via.text()).matches()) {
      problems.add(
          via.at(),
          "via: "
              + via.shown()
              + " (expected: the name of a parent proxy in detour.yaml, of the characters a to z,"
              + " 0 to 9 and -)");
    }
    Set<AddressClass> allow = fields.words("allow", AddressClass.class);
    return via == null && allow.isEmpty()
        ? Target.Way.DIRECT
        : new Target.Way(via == null ? null : via.text(), allow);
  }

  private Fallback fallback(Fields rule) {
    When when = rule.word("when", When.ALWAYS);
    boolean never =
        rule.optional("fallback_on") instanceof Node.Sequence list && list.items().isEmpty();
    Set<FallbackError> on = never ? Set.of() : rule.words("fallback_on", FallbackError.class);
    boolean usual = !rule.has("fallback_on");
    return when == When.ALWAYS && usual
        ? Fallback.DEFAULT
        : new Fallback(when, usual ? FallbackError.ALL : on);
  }
}
