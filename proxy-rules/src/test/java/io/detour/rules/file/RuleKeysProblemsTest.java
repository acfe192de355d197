package io.detour.rules.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.rules.document.Problem;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** R02: what can be wrong with scope, targets, lifetime, mode, defaults and tests of a file. */
class RuleKeysProblemsTest {
  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void aScope(String match, String problem) {
    assertThat(
            problems(
                "version: 1\nrules:\n- name: a\n  action: pass\n"
                    + "  match: { host: { exact: a }, "
                    + match
                    + " }\n"))
        .containsExactly(problem);
  }

  static Stream<Arguments> aScope() {
    return Stream.of(
        of("port: 0", "r:5:38: port: \"0\" (expected: 1..65535, or a range like 8000-8099)"),
        of(
            "port: 65536",
            "r:5:38: port: \"65536\" (expected: 1..65535, or a range like 8000-8099)"),
        of(
            "port: [443, 8099-8000]",
            "r:5:44: port: \"8099-8000\" (expected: 1..65535, or a range like 8000-8099)"),
        of(
            "port: https",
            "r:5:38: port: \"https\" (expected: 1..65535, or a range like 8000-8099)"),
        of("port: []", "r:5:38: \"port\" is an empty list (expected: at least one entry)"),
        of(
            "port: [{ from: 1 }]",
            "r:5:39: port: a mapping (expected: 1..65535, or a range like 8000-8099)"),
        of(
            "client: 10.20.1.0/16",
            "r:5:40: client: \"10.20.1.0/16\" is no subnet: bits behind the prefix are set (did you"
                + " mean \"10.20.0.0/16\"?)"),
        of(
            "client: [10.0.0.0/33]",
            "r:5:41: client: \"10.0.0.0/33\" is no subnet: prefix length is not a number from 0 to"
                + " 32"),
        of(
            "client: pc-17.corp",
            "r:5:40: client: \"pc-17.corp\" is no subnet: a name is no subnet (expected: an address"
                + " like 10.20.0.0/16)"),
        of("port: 0443", "r:5:38: port: \"0443\" (expected: 1..65535, or a range like 8000-8099)"),
        of(
            "user: ['a:b']",
            "r:5:39: user: \"a:b\" (expected: a name on one line, without a colon)"),
        of(
            "user: [\"a\\tb\"]",
            "r:5:39: user: \"a\\u0009b\" (expected: a name on one line, without a colon)"),
        of("user: [7]", "r:5:39: \"user\" is a number (expected: text, in quotes: \"7\")"),
        of("clients: 10.0.0.0/8", "r:5:32: unknown key \"clients\" (did you mean \"client\"?)"));
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void aRewrite(String fields, String problem) {
    assertThat(
            problems(
                "version: 1\nrules:\n- name: a\n  match: { host: { exact: a } }\n"
                    + "  action: rewrite\n"
                    + fields.indent(2)))
        .containsExactly(problem);
  }

  static Stream<Arguments> aRewrite() {
    return Stream.of(
        of(
            "to: b\ntargets: [{ to: c }]",
            "r:7:3: key \"targets\" does not go with key \"to\" (expected: one of them)"),
        of("targets: []", "r:6:12: \"targets\" is an empty list (expected: at least one entry)"),
        of(
            "targets: [b]",
            "r:6:13: a target is text (expected: a mapping with to, port, via, allow)"),
        of("targets: [{ port: 443 }]", "r:6:13: key \"to\" is missing"),
        of("targets: [{ to: 'b:1', port: 443 }]", "r:6:26: the port stands in \"to\" already"),
        of("targets: [{ to: b, port: 0 }]", "r:6:28: port: \"0\" (expected: 1..65535)"),
        of("targets: [{ to: b, port: 443x }]", "r:6:28: port: \"443x\" (expected: 1..65535)"),
        of(
            "targets: [{ to: b, via: DC }]",
            "r:6:27: via: \"DC\" (expected: the name of a parent proxy in detour.yaml, of the"
                + " characters a to z, 0 to 9 and -)"),
        of(
            "targets: [{ to: b, allow: loopbak }]",
            "r:6:29: allow: \"loopbak\" (did you mean \"loopback\"?)"),
        of(
            "targets: [{ to: b, allow: [private] }]",
            "r:6:30: allow: \"private\" (expected: loopback, link_local, multicast, unspecified,"
                + " metadata, self)"),
        of(
            "targets: [{ to: b, prot: 1 }]",
            "r:6:22: unknown key \"prot\" (did you mean \"port\"?)"),
        of(
            "targets: [{ to: b }, { to: '{prefix}.c' }]",
            "r:6:30: {prefix} needs a suffix, but the rule also matches exact a"),
        of(
            "targets: [" + "{ to: b }, ".repeat(17) + "]",
            "r:6:3: \"targets\" has 17 entries (expected: at most 16)"),
        of(
            "to: b\nfallback_on: dns_eror",
            "r:7:16: fallback_on: \"dns_eror\" (did you mean \"dns_error\"?)"),
        of(
            "to: b\nfallback_on: [proxy_loop_detected]",
            "r:7:17: fallback_on: \"proxy_loop_detected\" (expected: dns_error, dns_timeout,"
                + " destination_unavailable, destination_ip_unroutable, connection_refused,"
                + " connection_terminated, connection_timeout)"),
        of("to: b\nwhen: never", "r:7:9: when: \"never\" (expected: always, on_failure)"),
        of(
            "to: b\nhost_header: keep",
            "r:7:16: host_header: \"keep\" (expected: rewrite, preserve)"),
        of("to: b\nresponses: lax", "r:7:14: responses: \"lax\" (expected: strict, lenient)"));
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void aLifetime(String fields, String problem) {
    assertThat(
            problems(
                "version: 1\nrules:\n- name: a\n  match: { host: { exact: a } }\n"
                    + "  action: pass\n"
                    + fields.indent(2)))
        .containsExactly(problem);
  }

  static Stream<Arguments> aLifetime() {
    return Stream.of(
        of("expires: tomorrow", "r:6:12: expires: \"tomorrow\" (expected: a day like 2027-03-31)"),
        of("expires: 2027-02-30", "r:6:12: expires: \"2027-02-30\" (there is no such day)"),
        of(
            "expires: 31.03.2027",
            "r:6:12: expires: \"31.03.2027\" (expected: a day like 2027-03-31)"),
        of(
            "expires: '+999999999-12-31'",
            "r:6:12: expires: \"+999999999-12-31\" (expected: a day like 2027-03-31)"),
        of("on_expiry: disable", "r:6:3: key \"on_expiry\" needs the key \"expires\""),
        of(
            "expires: 2027-03-31\non_expiry: delete",
            "r:7:14: on_expiry: \"delete\" (expected: warn, disable, reject)"),
        of("rollout: { percent: 101 }", "r:6:23: percent: \"101\" (expected: 0..100)"),
        of("rollout: { percent: 025 }", "r:6:23: percent: \"025\" (expected: 0..100)"),
        of("rollout: { percent: 25% }", "r:6:23: percent: \"25%\" (expected: 0..100)"),
        of("rollout: { sticky: client }", "r:6:12: key \"percent\" is missing"),
        of("rollout: { percent: 5, sticky: user }", "r:6:34: sticky: \"user\" (expected: client)"),
        of("brownout: { for: 15m }", "r:6:13: key \"cron\" is missing"),
        of("brownout: { cron: '0 10 * * 2' }", "r:6:13: key \"for\" is missing"),
        of("brownout: { cron: '0 10 * * 2', for: 15 }", "r:6:40: for: \"15\" (did you mean 15m?)"),
        of(
            "brownout: { cron: '0 10 * * 2', for: 48h }",
            "r:6:40: for: \"48h\" (expected: 1m to 24h)"),
        of(
            "brownout: { cron: '0 10 * * 2', for: [15m] }",
            "r:6:40: for: a list (expected: a number with us, ms, s, m, h or d, such as 30s)"),
        of(
            "brownout: { cron: '0 10 * *', for: 15m }",
            "r:6:21: cron: \"0 10 * *\" (expected: minute hour day-of-month month day-of-week)"),
        of(
            "brownout: { cron: '0 0 30 2 *', for: 15m }",
            "r:6:21: cron: \"0 0 30 2 *\" (there is no such day)"),
        of("mode: dry", "r:6:9: mode: \"dry\" (expected: off, report, enforce)"),
        of("mode: false", "r:6:9: mode: \"false\" (expected: off, report, enforce)"));
  }

  @ParameterizedTest(name = "R02: {1}")
  @MethodSource
  void defaultsAndTests(String fields, String problem) {
    assertThat(problems("version: 1\nrules: []\n" + fields + '\n')).containsExactly(problem);
  }

  static Stream<Arguments> defaultsAndTests() {
    return Stream.of(
        of(
            "defaults: { legacy_suffixes: [old.net, .old.net] }",
            "r:3:40: legacy suffix \".old.net\" is repeated (first at r:3)"),
        of(
            "defaults: { legacy_suffixes: ['*.old.net'] }",
            "r:3:31: \"*.old.net\" is not a host (did you mean suffix: \".old.net\"?)"),
        of(
            "defaults: { legacy_networks: [10.1.2.3/16] }",
            "r:3:31: \"10.1.2.3/16\" is no network: bits behind the prefix are set (did you mean"
                + " \"10.1.0.0/16\"?)"),
        of(
            "defaults: { legacy_networks: ['2001:db8::/129'] }",
            "r:3:31: \"2001:db8::/129\" is no network: prefix length is not a number from 0 to"
                + " 128"),
        of(
            "defaults: { legacy_networks: old.net }",
            "r:3:30: \"old.net\" is no network: a name is no subnet (expected: an address like"
                + " 10.20.0.0/16)"),
        of(
            "defaults: { legacy_networks: [10.1.0.0/16, 10.1.0.0/16] }",
            "r:3:44: legacy network \"10.1.0.0/16\" is repeated (first at r:3)"),
        of(
            "defaults: { legacy_networks: ["
                + IntStream.range(0, 102)
                    .mapToObj(i -> "10.1." + i + ".0/24")
                    .collect(Collectors.joining(",\n"))
                + "] }",
            "r:103:1: more than 100 legacy networks in all files"),
        of(
            "defaults: { mode: enforced }",
            "r:3:19: mode: \"enforced\" (did you mean \"enforce\"?)"),
        of(
            "tests: [{ host: a, client: pc, expect: { action: pass } }]",
            "r:3:28: client: \"pc\" (expected: an IP address)"),
        of(
            "tests: [{ host: a, at: noon, expect: { action: pass } }]",
            "r:3:24: at: \"noon\" (expected: a day like 2027-03-31, or 2027-03-31T10:05)"),
        of(
            "tests: [{ host: a, at: 2027-02-30T10:00, expect: { action: pass } }]",
            "r:3:24: at: \"2027-02-30T10:00\" (there is no such day)"));
  }

  private static Arguments of(String text, String problem) {
    return Arguments.of(text, problem);
  }

  private static List<String> problems(String text) {
    return ((RuleFiles.Rejected) RuleFiles.parse("r", text))
        .problems().stream().map(Problem::toString).toList();
  }
}
