package io.detour.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.core.HostPort;
import io.detour.core.relay.RelayMode;
import io.detour.rules.document.DurationText;
import io.detour.server.dial.Parent;
import io.detour.server.forward.Forward;
import io.detour.server.listen.ListenAddress;
import io.detour.server.reload.RuleSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationYamlTest {
  @ParameterizedTest
  @MethodSource
  void whatIsWrittenReadsBackTheSame(Configuration configuration) {
    String text = ConfigurationYaml.of(configuration);

    assertThat(text).endsWith("\n");
    assertThat(ConfigurationFile.parse(Path.of("elsewhere", "detour.yaml"), text))
        .as(text)
        .isEqualTo(new ConfigurationFile.Loaded(configuration));
  }

  static Stream<Configuration> whatIsWrittenReadsBackTheSame() {
    Configuration defaults = Configuration.defaults();
    ListenAddress.Inet six = ListenAddress.Inet.parse("[::1]:0");
    return Stream.of(
        defaults,
        defaults.withRules(new RuleSource.Listed(List.of())),
        defaults.withRules(new RuleSource.Listed(List.of(Path.of("/r/a.yaml"), Path.of("/r/b.d")))),
        defaults.withRulesWatch(Duration.ZERO),
        defaults.withRulesWatch(Duration.ofMillis(1500)),
        defaults.withRules(file("/etc/detour/rules.yaml")),
        defaults.withRules(file("/a b/# c: d/{e}/[f]/'g\"/h\\i, j*.yaml")),
        defaults.withRules(file("/ä/true")),
        defaults.withListen(List.of(six, six)).withAdmin(six),
        defaults.withForward(
            List.of(
                new Forward.Fixed(six, (HostPort) HostPort.parse("[2001:db8::1]:22")),
                new Forward.Fixed(six, (HostPort) HostPort.parse("example.com:22")),
                new Forward.Rendezvous(six, ListenAddress.Inet.parse("127.0.0.1:0")))),
        defaults
            .withListen(List.of())
            .withForward(
                List.of(new Forward.Rendezvous(six, ListenAddress.Inet.parse("127.0.0.1:0")))),
        defaults.withRelay(new RelayChoice(RelayMode.SPLICE, (64 << 10) + 1, 0, Duration.ZERO)),
        defaults.withParents(Map.of("dc", parent("http://h"), "1", parent("socks5://[::1]:7"))),
        defaults.withThreads(1).withTimeout(Timeout.DRAIN, Duration.ZERO),
        defaults
            .withTimeout(Timeout.IDLE, DurationText.LONGEST)
            .withTimeout(Timeout.HALF_CLOSE, Duration.ofMillis(86_400_001))
            .withTimeout(Timeout.WRITE_STALL, Duration.ofSeconds(3601)));
  }

  @Test
  void credentialsAreMaskedAndTheMaskIsRefused() {
    String text =
        ConfigurationYaml.of(
            Configuration.defaults().withParents(Map.of("dc", parent("http://me:secret@h:1"))));

    assertThat(text).contains("dc: http://***@h:1").doesNotContain("secret").doesNotContain("me:");
    assertThat(ConfigurationFile.parse(Path.of("detour.yaml"), text).toString())
        .startsWith("Rejected")
        .contains("user name and password are masked");
  }

  @Test
  void parentsKeepTheirOrder() {
    Map<String, Parent> parents = new LinkedHashMap<>();
    for (String name : List.of("z", "a", "m", "b")) {
      parents.put(name, parent("http://h"));
    }

    assertThat(ConfigurationYaml.of(Configuration.defaults().withParents(parents)))
        .containsSubsequence("z:", "a:", "m:", "b:");
  }

  private static Parent parent(String text) {
    return (Parent) Parent.parse(text);
  }

  private static RuleSource file(String path) {
    return new RuleSource.Listed(List.of(Path.of(path)));
  }
}
