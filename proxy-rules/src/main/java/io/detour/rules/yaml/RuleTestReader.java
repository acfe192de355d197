package io.detour.rules.yaml;

import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.rules.Action;
import io.detour.rules.Printable;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the tests that a rule file has in it. */
final class RuleTestReader {
  private static final Keys TEST_KEYS = Keys.of("host", "expect").refusing("client", "user");
  private static final Keys EXPECT_KEYS = Keys.of("rule", "action", "to");

  private static final int DEFAULT_PORT = 443;

  private final Set<String> ruleNames;
  private final Problems problems;

  RuleTestReader(Set<String> ruleNames, Problems problems) {
    this.ruleNames = ruleNames;
    this.problems = problems;
  }

  /** A test, or null if its problems leave none. */
  @Nullable RuleTest read(Node node) {
    Fields fields = Fields.of(node, "a test", TEST_KEYS, problems);
    if (fields == null) {
      return null;
    }
    Node.Scalar host = fields.requiredText("host");
    HostPort asked = host == null ? null : hostPort(host, DEFAULT_PORT);
    Node expect = fields.required("expect");
    Fields expected =
        expect == null ? null : Fields.of(expect, "\"expect\"", EXPECT_KEYS, problems);
    if (expected == null) {
      return null;
    }
    if (expected.isEmpty()) {
      problems.add(expected.at(), "\"expect\" expects nothing (expected: rule, action or to)");
    }
    String rule = rule(expected);
    Action action = expected.word("action", Action.class);
    Node.Scalar to = expected.optionalText("to");
    HostPort target = to == null ? null : hostPort(to, asked == null ? DEFAULT_PORT : asked.port());
    return asked == null
        ? null
        : new RuleTest(
            problems.file(), fields.at().line(), fields.at().column(), asked, rule, action, target);
  }

  private @Nullable HostPort hostPort(Node.Scalar text, int defaultPort) {
    return switch (HostPort.parse(text.text(), defaultPort)) {
      case HostPort hostPort -> hostPort;
      case MalformedAuthority malformed -> {
        problems.add(
            text.at(),
            Printable.quoted(text.text()) + " is not host or host:port: " + malformed.problem());
        yield null;
      }
    };
  }

  private @Nullable String rule(Fields expected) {
    Node.Scalar rule = expected.optionalText("rule");
    if (rule == null) {
      return null;
    }
    if (!ruleNames.contains(rule.text())) {
      String meant = Keys.closest(rule.text(), ruleNames);
      problems.add(
          rule.at(),
          "there is no rule "
              + Printable.quoted(rule.text())
              + (meant == null ? "" : " (did you mean \"" + meant + "\"?)"));
    }
    return rule.text();
  }
}
