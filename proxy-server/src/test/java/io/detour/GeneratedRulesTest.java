package io.detour;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.cli.CommandRun;
import io.detour.cli.GenerateCommand;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.rules.Decision;
import io.detour.rules.Hop;
import io.detour.rules.Route;
import io.detour.rules.RuleSet;
import io.detour.rules.condition.Conditions;
import io.detour.rules.condition.Request;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.generate.ChromiumMapping;
import io.detour.rules.generate.PacEngine;
import io.detour.rules.generate.RunningDnsmasq;
import io.detour.rules.generate.RunningNginx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other systems make of the generated text is what Detour decides, or a note says so. */
@Timeout(120)
class GeneratedRulesTest {
  private static final String EXAMPLE = "../rules.example.yaml";

  /** A rule for each thing that a rule can say. */
  private static final String EVERYTHING =
      """
      version: 1
      defaults: { legacy_suffixes: [old.example.com] }
      rules:
        - { name: keep, match: { host: { exact: keep.old.example.com } }, action: pass }
        - { name: one-port, match: { host: { exact: port.old.example.com }, port: 8443 }, action: reject }
        - name: one-client
          match: { host: { suffix: client.old.example.com }, client: [10.20.0.0/16] }
          action: rewrite
          to: 192.0.2.1
        - { name: one-user, match: { host: { exact: user.old.example.com }, user: anna }, action: reject }
        - { name: some, match: { host: { exact: some.old.example.com } }, action: reject, rollout: { percent: 50 } }
        - { name: nobody, match: { host: { exact: zero.old.example.com } }, action: reject, rollout: { percent: 0 } }
        - { name: trial, match: { host: { suffix: trial.old.example.com } }, action: reject, mode: report }
        - { name: switched-off, match: { host: { suffix: off.old.example.com } }, action: reject, mode: "off" }
        - name: ended
          match: { host: { exact: ended.old.example.com } }
          action: reject
          expires: 2020-01-01
          on_expiry: disable
        - name: ended-hard
          match: { host: { exact: hard.old.example.com } }
          action: pass
          expires: 2020-01-01
          on_expiry: reject
        - name: ends-some-day
          match: { host: { exact: some-day.old.example.com } }
          action: rewrite
          to: 192.0.2.2
          expires: 2999-01-01
          on_expiry: disable
        - name: two-targets
          match: { host: { exact: two.old.example.com } }
          action: rewrite
          targets: [{ to: 192.0.2.3 }, { to: 192.0.2.4 }]
        - name: on-failure
          match: { host: { exact: later.old.example.com } }
          action: rewrite
          when: on_failure
          to: 192.0.2.5
        - name: by-parent
          match: { host: { exact: parent.old.example.com } }
          action: rewrite
          targets: [{ to: 192.0.2.6, via: dc }]
        - name: itself
          match: { host: { exact: self.old.example.com } }
          action: rewrite
          targets: [{ to: original }, { to: 192.0.2.7 }]
        - name: itself-elsewhere
          match: { host: { exact: self-port.old.example.com } }
          action: rewrite
          to: "original:8443"
        - name: brownouts
          match: { host: { exact: brown.old.example.com } }
          action: rewrite
          to: 192.0.2.8
          brownout: { cron: "0 0 1 1 *", for: 1m }
        - { name: gone, match: { host: { suffix: dead.old.example.com } }, action: reject }
        - name: flat
          match: { host: { suffix: [old.example.net, lab.old.example.net] } }
          action: rewrite
          to: 192.0.2.9
        - name: two-suffixes
          match: { host: { suffix: [.two.example.org, .a.two.example.org] } }
          action: rewrite
          to: "{prefix}.new.example.org"
        - name: numbered
          match: { host: { regex: 'app-([a-z]+)-([0-9]+)\\.old\\.example\\.com' } }
          action: rewrite
          to: "{1}{2}.apps.new.example.com"
        - name: zone
          match: { host: { suffix: .old.example.com } }
          action: rewrite
          to: "{prefix}.new.example.com"
      """;

  private static final String[] LABELS = {
    "keep", "port", "client", "user", "some", "zero", "trial", "off", "ended", "hard", "some-day",
    "two", "later", "parent", "self", "self-port", "brown", "dead", "lab", "app-x-1", "a", "sso",
    "erp", "wiki"
  };
  private static final String[] DOMAINS = {
    "old.example.com",
    "old.example.net",
    "two.example.org",
    "example.com",
    "corp.oldco.net",
    "dead.example.com"
  };

  @TempDir private Path folder;

  private static CommandRun generate(String... arguments) {
    return CommandRun.of(new GenerateCommand(), arguments);
  }

  private String everything() throws IOException {
    return Files.writeString(folder.resolve("everything.yaml"), EVERYTHING).toString();
  }

  private static RuleSet rules(String file) {
    RuleFiles files = RuleFiles.load(List.of(Path.of(file)), ZoneId.systemDefault());
    assertThat(files).isInstanceOf(RuleFiles.Loaded.class);
    return ((RuleFiles.Loaded) files).rules();
  }

  /** Names that the rules are about, and such as are close to them. */
  private static List<Host> hosts() {
    Random random = new Random(4711);
    List<Host> hosts = new ArrayList<>();
    for (String domain : DOMAINS) {
      hosts.add(host(domain));
      for (String label : LABELS) {
        hosts.add(host(label + "." + domain));
      }
    }
    while (hosts.size() < 400) {
      StringBuilder name = new StringBuilder();
      for (int labels = 1 + random.nextInt(3); labels > 0; labels--) {
        name.append(LABELS[random.nextInt(LABELS.length)]).append('.');
      }
      hosts.add(host(name + DOMAINS[random.nextInt(DOMAINS.length)]));
    }
    return hosts.stream().distinct().toList();
  }

  private static Host host(String name) {
    return Host.parse(name).orElseThrow();
  }

  private static Decision decide(RuleSet rules, Host host) {
    return rules.decide(Request.of(new HostPort(host, 443), Instant.now().getEpochSecond()));
  }

  /** Where Detour dials first, as a host; null for nowhere. */
  private static @Nullable String dialled(RuleSet rules, Host host) {
    return switch (decide(rules, host)) {
      case Decision.Unmatched _, Decision.Pass _, Decision.Report _ -> host.name();
      case Decision.Unlisted _, Decision.Reject _, Decision.Brownout _ -> null;
      case Decision.Rewrite rewrite ->
          switch (rewrite.route(new HostPort(host, 443))) {
            case Route route -> text(route.first());
            case Decision.Refuse _ -> null;
          };
    };
  }

  private static String text(Hop hop) {
    return hop.address().port() == 443 ? hop.address().host().name() : hop.address().toString();
  }

  /** Whether a note names the rule that may decide on a host for some client or other. */
  private static boolean isNoted(RuleSet rules, Host host, CommandRun run) {
    return rules.rules().stream()
        .filter(rule -> rule.hosts().stream().anyMatch(matcher -> matcher.match(host) != null))
        .anyMatch(rule -> run.err().contains("detour generate: rule " + rule.name() + ": "));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"example", "everything"})
  @Tag("A06")
  void thePacFileSendsExactlyLegacyNamesAndThoseOfRulesToTheProxy(String which) throws Exception {
    String file = which.equals("example") ? EXAMPLE : everything();
    RuleSet rules = rules(file);
    CommandRun run = generate("pac", "--rules", file, "--proxy", "proxy.example.com:3128");
    List<Host> hosts = hosts();

    List<String> answers =
        PacEngine.answers(
            folder,
            run.out(),
            hosts.stream().map(host -> PacEngine.Question.https(host.name())).toList());

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    for (int i = 0; i < hosts.size(); i++) {
      Host host = hosts.get(i);
      boolean decided = !(decide(rules, host) instanceof Decision.Unmatched);
      boolean conditional =
          rules.rules().stream()
              .filter(rule -> !rule.conditions().equals(Conditions.ANY))
              .filter(rule -> rule.conditions().rollout().percent() > 0)
              .flatMap(rule -> rule.hosts().stream())
              .anyMatch(matcher -> matcher.match(host) != null);
      assertThat(answers.get(i))
          .as("%s", host)
          .isEqualTo(
              decided || conditional || rules.legacyZones().find(host) != null
                  ? "PROXY proxy.example.com:3128"
                  : "DIRECT");
    }
    assertThat(answers).contains("PROXY proxy.example.com:3128", "DIRECT");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"example", "everything"})
  void nginxLeadsNamesWhereDetourDoesOrTheRuleIsNoted(String which) throws Exception {
    String file = which.equals("example") ? EXAMPLE : everything();
    CommandRun run = generate("nginx-map", "--rules", file);
    List<Host> hosts = hosts();

    Map<Host, String> answers =
        RunningNginx.answers(folder, List.of(run.out()), List.of(hosts)).getFirst();

    assertAgreement(file, run, hosts, answers, host -> host, "");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"example", "everything"})
  void chromiumLeadsNamesWhereDetourDoesOrTheRuleIsNoted(String which) throws Exception {
    String file = which.equals("example") ? EXAMPLE : everything();
    CommandRun run = generate("chromium", "--rules", file);
    List<Host> hosts = hosts();
    Map<Host, String> answers = new HashMap<>();
    hosts.forEach(host -> answers.put(host, ChromiumMapping.mapped(run.out(), host.name())));

    assertAgreement(file, run, hosts, answers, host -> host, "~NOTFOUND");
  }

  @Test
  void dnsmasqLeadsNamesWhereDetourDoesOrTheRuleIsNoted() throws Exception {
    String file = everything();
    CommandRun run = generate("dnsmasq", "--rules", file);
    List<Host> hosts = hosts();

    Map<Host, String> answers = RunningDnsmasq.answers(folder, run.out(), hosts);

    assertAgreement(
        file, run, hosts, answers, GeneratedRulesTest::dnsAnswer, RunningDnsmasq.NOWHERE);
  }

  private static String dnsAnswer(String dialled) {
    Host host = HostPort.parse(dialled, 443).orElseThrow().host();
    return host.isAddress() ? host.name() : RunningDnsmasq.LEFT_ALONE;
  }

  /**
   * @param answer what the other system says for a host that Detour dials
   * @param nowhere what it says for one that Detour rejects
   */
  private static void assertAgreement(
      String file,
      CommandRun run,
      List<Host> hosts,
      Map<Host, String> answers,
      UnaryOperator<String> answer,
      String nowhere) {
    RuleSet rules = rules(file);
    int led = 0;
    for (Host host : hosts) {
      String dialled = dialled(rules, host);
      String expected = dialled == null ? nowhere : answer.apply(dialled);
      String got = String.valueOf(answers.get(host));
      led += got.equals(expected) && !got.equals(answer.apply(host.name())) ? 1 : 0;
      if (!got.equals(expected)) {
        assertThat(got).as("%s: %s", host, run.out()).isIn(answer.apply(host.name()), nowhere);
        assertThat(isNoted(rules, host, run)).as("%s: %s", host, run.err()).isTrue();
      }
    }
    assertThat(led).isPositive();
    assertThat(run.exitCode()).isZero();
  }
}
