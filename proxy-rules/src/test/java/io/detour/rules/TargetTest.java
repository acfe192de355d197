package io.detour.rules;

import static io.detour.rules.Hosts.asked;
import static io.detour.rules.Hosts.regex;
import static io.detour.rules.Hosts.suffix;
import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.host.Captures;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
  @ParameterizedTest(name = "{0} keeps or sets the port: {1}")
  @CsvSource({
    "erp.new.example.com,       erp.new.example.com:8443",
    "ERP.new.example.com.,      erp.new.example.com:8443",
    "erp.new.example.com:80,    erp.new.example.com:80",
    "192.0.2.1,                 192.0.2.1:8443",
    "192.0.2.1:1,               192.0.2.1:1",
    "[2001:DB8::1],             [2001:db8::1]:8443",
    "[2001:DB8::1]:65535,       [2001:db8::1]:65535",
  })
  void aConstantIsOneHost(String text, String aimed) {
    Target target = Target.parse(text).orElseThrow();

    assertThat(target.aim(asked("h:8443"), new Captures.None()).orElseThrow()).hasToString(aimed);
  }

  @ParameterizedTest(name = "{0} with prefix {1} is {2}")
  @CsvSource({
    "{prefix}.new.example.com,       a.b,    a.b.new.example.com:443",
    "{prefix}.new.example.com:8443,  a,      a.new.example.com:8443",
    "x-{prefix}.y.{prefix}.Z,        a,      x-a.y.a.z:443",
    "{prefix},                       a,      a:443",
    "new.{prefix},                   a,      new.a:443",
    "{prefix}.2.1,                   10.0,   10.0.2.1:443",
  })
  void aPrefixIsFilledIn(String text, String prefix, String aimed) {
    Target target = Target.parse(text).orElseThrow();

    assertThat(target.aim(asked("h"), new Captures.Prefix(prefix)).orElseThrow())
        .hasToString(aimed);
    assertThat(target).hasToString(text);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "{1}{2}.apps.new.example.com, crm07.apps.new.example.com:443",
    "{0}.x,                       app-crm-07.x:443",
    "{2}.{1}:80,                  07.crm:80",
  })
  void groupsAreFilledIn(String text, String aimed) {
    Target target = Target.parse(text).orElseThrow();

    assertThat(
            target
                .aim(asked("h"), new Captures.Groups(List.of("app-crm-07", "crm", "07")))
                .orElseThrow())
        .hasToString(aimed);
  }

  @ParameterizedTest(name = "W03: {0} with prefix {1}")
  @CsvSource({
    "{prefix}.new.example.com, '',  host has an empty label",
    "{prefix},                 '',  host is empty",
    "{prefix}.1,               a,   host ends in a number but is not an IPv4 address of four"
        + " decimal numbers",
  })
  void aTemplateThatMakesNoHostSaysSo(String text, String prefix, String problem) {
    Target target = Target.parse(text).orElseThrow();

    assertThat(target.aim(asked("h"), new Captures.Prefix(prefix)))
        .isEqualTo(Parsed.malformed(problem));
  }

  @Test
  @Tag("W03")
  void aTemplateThatGrowsTooLongMakesNoHost() {
    Target target = Target.parse("{prefix}.{prefix}.new.example.com").orElseThrow();
    String label63 = "a".repeat(63);

    assertThat(target.aim(asked("h"), new Captures.Prefix(label63)))
        .isInstanceOf(Parsed.Value.class);
    assertThat(target.aim(asked("h"), new Captures.Prefix(label63 + '.' + label63)))
        .isEqualTo(Parsed.malformed("host is longer than " + Host.MAX_NAME + " characters"));
  }

  @ParameterizedTest(name = "W03: {0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "a b.net              | \" \" is not an ASCII letter, digit, hyphen,"
            + " underscore or dot",
        "a@b.net              | \"@\" is not an ASCII letter, digit, hyphen,"
            + " underscore or dot",
        "a.net/x              | \"/\" is not an ASCII letter, digit, hyphen,"
            + " underscore or dot (did you mean \"a.net\"?)",
        "http://a.net         | it is a URL (did you mean \"a.net\"?)",
        "a..net               | host has an empty label",
        "127.1                | host ends in a number but is not an IPv4 address of four decimal"
            + " numbers",
        "a.net:               | port is not a number from 1 to 65535",
        "a.net:0              | port is not a number from 1 to 65535",
        "a.net:65536          | port is not a number from 1 to 65535",
        "a.net:+80            | port is not a number from 1 to 65535",
        "a.net:{1}            | port is not a number from 1 to 65535",
        ":443                 | host is empty",
        "2001:db8::1          | an IPv6 address stands in brackets (did you mean"
            + " \"[2001:db8::1]\"?)",
        "[2001:db8::1         | \"[\" has no \"]\"",
        "[2001:db8::1]443     | port is not a number from 1 to 65535",
        "[192.0.2.1]          | only an IPv6 address stands in brackets",
        "[{1}]                | host has a character that is not a letter, digit, hyphen,"
            + " underscore or dot",
        "{prefix}/x.net       | \"/\" is not an ASCII letter, digit, hyphen,"
            + " underscore or dot",
        ".{prefix}.net        | host has an empty label",
        "{prefix}..net        | host has an empty label",
        "{prefx}.net          | unknown placeholder (expected: {prefix}, {0}, {1}, ...)",
        "{PREFIX}.net         | unknown placeholder (expected: {prefix}, {0}, {1}, ...)",
        "{-1}.net             | unknown placeholder (expected: {prefix}, {0}, {1}, ...)",
        "{1.net               | unknown placeholder (expected: {prefix}, {0}, {1}, ...)",
        "1}.net               | unknown placeholder (expected: {prefix}, {0}, {1}, ...)",
        "{{1}}.net            | unknown placeholder (expected: {prefix}, {0}, {1}, ...)",
      })
  void refusesWhatNeverIsATarget(String text, String problem) {
    assertThat(Target.parse(text))
        .isEqualTo(Parsed.malformed(Printable.quoted(text) + " is not a target: " + problem));
  }

  @Test
  @Tag("W03")
  void escapesWhatItQuotes() {
    assertThat(Target.parse("a\r\nHost: evil\u0000\u001b[31m"))
        .isEqualTo(
            Parsed.malformed(
                "\"a\\u000d\\u000aHost: evil\\u0000\\u001b[31m\" is not a target: port is not a"
                    + " number from 1 to 65535"));
  }

  @Test
  void aPlaceholderNeedsAMatcherThatFillsIt() {
    HostRewrite prefixed = Target.parse("{prefix}.new.net").orElseThrow().host();
    HostRewrite numbered = Target.parse("{2}.new.net").orElseThrow().host();

    assertThat(prefixed.mismatch(suffix("old.net"))).isNull();
    assertThat(prefixed.mismatch(regex("(a)(b)")))
        .isEqualTo("{prefix} needs a suffix, but the rule also matches regex (a)(b)");
    assertThat(numbered.mismatch(regex("(a)(b)"))).isNull();
    assertThat(numbered.mismatch(regex("(a)b")))
        .isEqualTo("{2} is beyond the groups of regex (a)b (1)");
    assertThat(numbered.mismatch(suffix(".old.net")))
        .isEqualTo("{2} needs a regex, but the rule also matches suffix .old.net");
  }
}
