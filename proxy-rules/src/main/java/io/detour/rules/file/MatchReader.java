package io.detour.rules.file;

import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.core.Subnet;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Conditions.Rollout;
import io.detour.rules.condition.PortRange;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.rules.document.Node.Location;
import io.detour.rules.document.Problems;
import io.detour.rules.host.HostMatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads which requests a rule is for: its {@code match} and its {@code rollout}. */
record MatchReader(Problems problems) {
  private static final Keys MATCH_KEYS = Keys.of("host", "port", "client", "user");
  private static final Keys HOST_KEYS = Keys.of("exact", "suffix", "regex");
  private static final Keys ROLLOUT_KEYS = Keys.of("percent", "sticky");

  /** By what a client is told from another: its address. */
  private enum Sticky {
    CLIENT
  }

  @Nullable Fields fields(Fields rule) {
    Node match = rule.required("match");
    return match == null ? null : Fields.of(underHost(match), "\"match\"", MATCH_KEYS, problems);
  }

  /** The same with the kinds of host, which may stand beside "host" by mistake, under it. */
  private Node underHost(Node match) {
    if (!(match instanceof Node.Mapping mapping)
        || mapping.entries().stream().noneMatch(MatchReader::isKind)) {
      return match;
    }
    List<Node.Entry> entries = new ArrayList<>();
    List<Node.Entry> kinds = new ArrayList<>();
    for (Node.Entry entry : mapping.entries()) {
      (isKind(entry) ? kinds : entries).add(entry);
    }
    kinds.forEach(
        kind -> problems.add(kind.at(), "key \"" + kind.key() + "\" belongs under \"host\""));
    if (entries.stream().noneMatch(entry -> entry.key().equals("host"))) {
      Location at = kinds.getFirst().at();
      entries.add(new Node.Entry("host", at, new Node.Mapping(at, kinds)));
    }
    return new Node.Mapping(mapping.at(), entries);
  }

  private static boolean isKind(Node.Entry entry) {
    return HOST_KEYS.known().contains(entry.key());
  }

  /** The matchers: exact hosts, then suffixes, then regular expressions. */
  List<HostMatcher> hosts(Fields match) {
    Fields fields = match.requiredFields("host", HOST_KEYS);
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
      List<Node.Scalar> texts,
      Function<String, Parsed<? extends HostMatcher>> parse,
      List<HostMatcher> matchers) {
    for (Node.Scalar text : texts) {
      HostMatcher matcher = problems.value(parse.apply(text.text()), text.at(), "");
      if (matcher != null) {
        matchers.add(matcher);
      }
    }
  }

  Conditions scope(@Nullable Fields match, Fields rule) {
    Rollout rollout = rollout(rule);
    boolean any = match == null || !(match.has("port") || match.has("client") || match.has("user"));
    if (match == null || any) {
      return rollout.equals(Rollout.EVERYBODY)
          ? Conditions.ANY
          : new Conditions(List.of(), List.of(), Set.of(), rollout);
    }
    return new Conditions(ports(match), clients(match), users(match), rollout);
  }

  private List<PortRange> ports(Fields match) {
    List<PortRange> ports = new ArrayList<>();
    for (Node node : match.values("port")) {
      if (!(node instanceof Node.Scalar scalar)) {
        problems.add(
            node.at(), "port: " + node.kind() + " (expected: 1..65535, or a range like 8000-8099)");
        continue;
      }
      PortRange range = problems.value(PortRange.parse(scalar.text()), node.at(), "");
      if (range != null) {
        ports.add(range);
      }
    }
    return ports;
  }

  private List<Subnet> clients(Fields match) {
    List<Subnet> clients = new ArrayList<>();
    for (Node.Scalar text : match.texts("client")) {
      String before = "client: " + text.shown() + " is no subnet: ";
      Subnet subnet = problems.value(Subnet.parse(text.text()), text.at(), before);
      if (subnet != null) {
        clients.add(subnet);
      }
    }
    return clients;
  }

  /** A name with a colon cannot stand in Basic credentials (RFC 7617, section 2). */
  private Set<String> users(Fields match) {
    Set<String> users = new LinkedHashSet<>();
    for (Node.Scalar text : match.texts("user")) {
      if (text.text().indexOf(':') >= 0 || !Printable.isLine(text.text())) {
        problems.add(
            text.at(),
            "user: " + text.shown() + " (expected: a name on one line, without a colon)");
      }
      users.add(text.text());
    }
    return users;
  }

  private Rollout rollout(Fields rule) {
    Fields fields = rule.optionalFields("rollout", ROLLOUT_KEYS);
    if (fields == null) {
      return Rollout.EVERYBODY;
    }
    fields.word("sticky", Sticky.class);
    Node percent = fields.required("percent");
    if (percent == null) {
      return Rollout.EVERYBODY;
    }
    if (percent instanceof Node.Scalar scalar && scalar.text().matches("0|[1-9][0-9]{0,2}")) {
      int number = Integer.parseInt(scalar.text());
      if (number <= Rollout.ALL) {
        return number == Rollout.ALL ? Rollout.EVERYBODY : new Rollout(number);
      }
    }
    problems.add(percent.at(), "percent: " + percent.shown() + " (expected: 0..100)");
    return Rollout.EVERYBODY;
  }
}
