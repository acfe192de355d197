package io.detour.rules.file;

import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.Decision;
import io.detour.rules.condition.Request;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Problems;
import io.detour.rules.document.TimeText;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads the tests that a rule file has in it. */
record RuleTestReader(ZoneId zone, Problems problems) {
  private static final Keys TEST_KEYS = Keys.of("host", "client", "user", "at", "expect");
  private static final Keys EXPECT_KEYS = Keys.of("rule", "action", "to");

  private static final int DEFAULT_PORT = 443;

  /** A test, or null if its problems leave none. */
  @Nullable RuleTest read(Node node) {
    Fields fields = Fields.of(node, "a test", TEST_KEYS, problems);
    if (fields == null) {
      return null;
    }
    Node.Scalar host = fields.requiredText("host");
    HostPort asked = host == null ? null : hostPort(host, DEFAULT_PORT);
    Address client = client(fields);
    Node.Scalar user = fields.optionalText("user");
    long epochSecond = time(fields);
    Fields expected = fields.requiredFields("expect", EXPECT_KEYS);
    if (expected == null) {
      return null;
    }
    if (expected.isEmpty()) {
      problems.add(expected.at(), "\"expect\" expects nothing (expected: rule, action or to)");
    }
    RuleTest.Expected outcome = expected(expected, asked == null ? DEFAULT_PORT : asked.port());
    return asked == null
        ? null
        : new RuleTest(
            problems.file(),
            fields.at(),
            new Request(asked, client, user == null ? null : user.text(), epochSecond),
            outcome);
  }

  private RuleTest.Expected expected(Fields fields, int askedPort) {
    Node.Scalar rule = fields.optionalText("rule");
    List<HostPort> targets = new ArrayList<>();
    for (Node.Scalar to : fields.texts("to")) {
      HostPort target = hostPort(to, askedPort);
      if (target != null) {
        targets.add(target);
      }
    }
    return new RuleTest.Expected(
        rule == null ? null : rule.text(),
        rule == null ? fields.at() : rule.at(),
        fields.word("action", Decision.Effect.class),
        targets);
  }

  private @Nullable HostPort hostPort(Node.Scalar text, int defaultPort) {
    String before = Printable.quoted(text.text()) + " is not host or host:port: ";
    return problems.value(HostPort.parse(text.text(), defaultPort), text.at(), before);
  }

  private @Nullable Address client(Fields fields) {
    Node.Scalar text = fields.optionalText("client");
    if (text == null) {
      return null;
    }
    if (Host.parse(text.text()) instanceof Parsed.Value(Host host) && host.isAddress()) {
      return Address.of(host);
    }
    problems.add(text.at(), "client: " + text.shown() + " (expected: an IP address)");
    return null;
  }

  /** The time of a test; without one, nothing has expired and no brownout is on. */
  private long time(Fields fields) {
    Node.Scalar text = fields.optionalText("at");
    if (text == null) {
      return Request.NO_TIME;
    }
    OptionalLong time = TimeText.parse(text.text(), zone);
    if (time.isEmpty()) {
      String reason =
          TimeText.isNoDay(text.text()) ? TimeText.NO_DAY : "expected: " + TimeText.EXPECTED;
      problems.add(text.at(), "at: " + text.shown() + " (" + reason + ")");
    }
    return time.orElse(Request.NO_TIME);
  }
}
