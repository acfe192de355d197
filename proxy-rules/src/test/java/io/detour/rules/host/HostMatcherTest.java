package io.detour.rules.host;

import static io.detour.rules.Hosts.exact;
import static io.detour.rules.Hosts.host;
import static io.detour.rules.Hosts.regex;
import static io.detour.rules.Hosts.suffix;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Parsed;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostMatcherTest {
  @ParameterizedTest(name = "W01: exact {0} is written in any spelling")
  @ValueSource(strings = {"erp.old.example.com", "ERP.Old.Example.COM", "erp.old.example.com."})
  void exactMatchesOneHostHoweverItIsWritten(String text) {
    assertThat(exact(text).match(host("erp.old.example.com"))).isEqualTo(new Captures.None());
    assertThat(exact(text).match(host("erp2.old.example.com"))).isNull();
    assertThat(exact(text).match(host("a.erp.old.example.com"))).isNull();
  }

  @Test
  @Tag("W01")
  void exactTakesAddresses() {
    assertThat(exact("2001:DB8:0::1").match(host("2001:db8::1"))).isNotNull();
    assertThat(exact("192.0.2.1").match(host("192.0.2.1"))).isNotNull();
  }

  @ParameterizedTest(name = "W02: suffix {0} on {1} captures {2}")
  @CsvSource(
      nullValues = "no match",
      value = {
        "trusted.net,   trusted.net,          ''",
        "trusted.net,   a.trusted.net,        a",
        "trusted.net,   a.b.trusted.net,      a.b",
        "trusted.net,   untrusted.net,        no match",
        "trusted.net,   trusted.net.evil,     no match",
        "trusted.net,   a.trusted.net.evil,   no match",
        "trusted.net,   net,                  no match",
        "trusted.net,   rusted.net,           no match",
        "trusted.net,   a-trusted.net,        no match",
        "trusted.net,   trusted-net.trusted,  no match",
        ".trusted.net,  trusted.net,          no match",
        ".trusted.net,  a.trusted.net,        a",
        ".trusted.net,  a.b.trusted.net,      a.b",
        ".trusted.net,  untrusted.net,        no match",
        ".trusted.net,  x.untrusted.net,      no match",
        ".trusted.net,  trusted.net.evil,     no match",
        "TRUSTED.net.,  a.trusted.net,        a",
        ".net,          trusted.net,          trusted",
        "net,           10.0.0.1,             no match",
        "net,           2001:db8::1,          no match",
      })
  void suffixMatchesAtALabelBoundary(String suffix, String asked, String prefix) {
    assertThat(suffix(suffix).match(host(asked)))
        .isEqualTo(prefix == null ? null : new Captures.Prefix(prefix));
  }

  @Test
  void regexIsAnchoredAtBothEnds() {
    HostMatcher matcher = regex("app-([a-z]+)-([0-9]+)\\.corp\\.oldco\\.net");

    assertThat(matcher.match(host("app-crm-07.corp.oldco.net")))
        .isEqualTo(new Captures.Groups(List.of("app-crm-07.corp.oldco.net", "crm", "07")));
    assertThat(matcher.match(host("my-app-crm-07.corp.oldco.net"))).isNull();
    assertThat(matcher.match(host("app-crm-07.corp.oldco.net.evil"))).isNull();
    assertThat(matcher.match(host("app-crm-07.corp.oldco-net"))).isNull();
  }

  @Test
  void anAlternativeIsAnchoredAsAWhole() {
    assertThat(regex("a|b").match(host("a"))).isNotNull();
    assertThat(regex("a|b").match(host("ab"))).isNull();
    assertThat(regex("a|b").match(host("b.evil"))).isNull();
    assertThat(regex("a|ab").match(host("ab"))).isNotNull();
  }

  @Test
  void aGroupThatTookNoPartIsEmpty() {
    assertThat(regex("(a)?b").match(host("b"))).isEqualTo(new Captures.Groups(List.of("b", "")));
  }

  @Test
  @Tag("W07")
  void regexTakesLinearTime() {
    String name253 = ("a".repeat(62) + '.').repeat(4) + "a";

    assertThat(regex("(a+)+$").match(host("a".repeat(63)))).isNotNull();
    assertThat(regex("(a+)+$").match(host(name253))).isNull();
    assertThat(regex("((a|\\.)+)+b").match(host(name253))).isNull();
    assertThat(regex("(.*)*(.*)*(.*)*x").match(host(name253))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.old.net | \"*.old.net\" is not a host (did you mean suffix: \".old.net\"?)",
        "a..b      | \"a..b\" is not a host: host has an empty label",
        "127.1     | \"127.1\" is not a host: host ends in a number but is not an IPv4 address of"
            + " four decimal numbers",
        "h:443     | \"h:443\" is not a host: a port stands in match.port (did you mean \"h\"?)",
        "[::1]     | \"[::1]\" is not a host: an IPv6 address stands without brackets here (did you"
            + " mean \"::1\"?)",
      })
  void exactRefusesWhatIsNoHost(String text, String problem) {
    assertThat(HostMatcher.Exact.parse(text)).isEqualTo(Parsed.malformed(problem));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".          | \".\" is not a host: host is empty",
        "..old.net  | \"..old.net\" is not a host: host has an empty label",
        "*.old.net  | \"*.old.net\" is not a host (did you mean suffix: \".old.net\"?)",
        "10.0.0.1   | \"10.0.0.1\" is an address (expected: a domain)",
        ".10.0.0.1  | \".10.0.0.1\" is an address (expected: a domain)",
        "::1        | \"::1\" is an address (expected: a domain)",
        "0.1        | \"0.1\" is not a host: host ends in a number but is not an IPv4 address of"
            + " four decimal numbers",
      })
  void suffixRefusesWhatIsNoDomain(String text, String problem) {
    assertThat(HostMatcher.Suffix.parse(text)).isEqualTo(Parsed.malformed(problem));
  }

  @ParameterizedTest(name = "W07: {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "(a         | regex \"(a\" does not compile: missing closing )",
        "a)         | regex \"a)\" does not compile: missing opening (",
        "[a         | regex \"[a\" does not compile: missing closing ]",
        "(a)\\1     | regex \"(a)\\1\" does not compile: invalid escape sequence",
        "(?=a)b     | regex \"(?=a)b\" does not compile: RE2 has no look-around (for an exception,"
            + " put a rule with action \"pass\" above)",
        "a{1001}    | regex \"a{1001}\" is too large with its repetitions unrolled (expected: at"
            + " most 500 characters and classes)",
        "*.old.net  | regex \"*.old.net\" does not compile: missing argument to repetition"
            + " operator",
      })
  void regexRefusesWhatRe2CannotRun(String text, String problem) {
    assertThat(HostMatcher.Regex.parse(text)).isEqualTo(Parsed.malformed(problem));
  }
}
