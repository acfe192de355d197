package io.detour.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.detour.ops.certificates.CertificateFinding;
import io.detour.ops.ledger.Ledger;
import io.detour.ops.ledger.LedgerOptions;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.server.account.UseJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportCommandTest {
  private static final Instant NOW = Instant.parse("2027-01-15T08:00:00Z");
  private static final String RULES =
      """
      version: 1
      rules:
        - { name: keep-sso, match: { host: { exact: sso.old.test } }, action: pass }
        - { name: erp, owner: erp-team, ticket: NET-1, match: { host: { exact: erp.old.test } },
            action: rewrite, to: erp.new.test }
        - { name: zone, match: { host: { suffix: old.test } }, action: rewrite,
            to: "{prefix}.new.test" }
        - { name: fresh, match: { host: { exact: fresh.test } }, action: reject }
      """;

  @TempDir private Path folder;
  private Path rules = Path.of("");

  @BeforeEach
  void fill() throws IOException {
    rules = Files.writeString(folder.resolve("rules.yaml"), RULES);
    tell(Duration.ofDays(50), List.of("keep-sso", "erp", "zone", "old-rule"));
    tell(Duration.ofSeconds(10), List.of("keep-sso", "erp", "fresh"));
  }

  private LedgerUrl url() {
    return new LedgerUrl.Sqlite(folder.resolve("ledger.db"));
  }

  /** A run of Detour that began some time ago and has just ended. */
  private void tell(Duration ago, List<String> names) {
    Instant then = NOW.minus(ago);
    boolean[] ended = new boolean[1];
    InstantSource clock = () -> ended[0] ? NOW : then;
    try (Ledger ledger = Ledger.open(LedgerOptions.defaults().withUrl(url()), clock)) {
      ledger.rulesInForce(names);
      if (names.contains("zone")) {
        use(ledger, "erp", "erp.old.test", "10.0.0.1", "jo", "curl/8.1, \"x\"", Duration.ofDays(1));
        use(ledger, "erp", "erp.old.test", "10.0.0.2", null, "=cmd|' /C calc'!A0", Duration.ZERO);
        use(
            ledger,
            "zone",
            "a\u001b[31m.old.test",
            "10.0.0.1",
            "\u202eoj",
            "-1",
            Duration.ofDays(40));
        use(ledger, "old-rule", "b.old.test", "10.0.0.1", null, "\tx", Duration.ofDays(35));
        ledger.certificate(
            new CertificateFinding(
                "erp",
                "erp.new.test",
                NOW.getEpochSecond(),
                NOW.plus(Duration.ofDays(45)).getEpochSecond(),
                true,
                null));
      }
      ended[0] = true;
      ledger.relayed("erp", "erp.old.test", "10.0.0.1", names.size(), 2048);
    }
  }

  private static void use(
      Ledger ledger,
      String rule,
      String host,
      String client,
      @Nullable String user,
      String userAgent,
      Duration ago) {
    long second = NOW.minus(ago).getEpochSecond();
    ledger.used(new UseJournal.Use(rule, host, client, user, userAgent, "new.test:443", second));
  }

  private CommandRun report(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "--ledger";
    all[1] = url().toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return plainReport(all);
  }

  private static CommandRun plainReport(String... arguments) {
    return CommandRun.of(new ReportCommand(InstantSource.fixed(NOW), ZoneOffset.UTC), arguments);
  }

  @Test
  void eachRuleHasALineWithItsVerdict() {
    CommandRun run = report("--rules", rules.toString());

    assertThat(run.err())
        .isEqualTo(
            "detour report: ledger "
                + url()
                + ": since 2026-11-26, last written at 2027-01-15 08:00, 2 runs of Detour in 30"
                + " days\n");
    assertThat(run.out())
        .isEqualTo(
            """
            RULE                     VERDICT         LAST SEEN         REQUESTS   BYTES  HOSTS  CLIENTS  OWNER     TICKET  CERTIFICATE
            keep-sso                 safe to remove  never                    0     0 B      0        0  -         -       -
            erp                      in use          2027-01-15 08:00         2  4.1 kB      1        2  erp-team  NET-1   45 days left
            zone                     safe to remove  2026-12-06 08:00         1     0 B      1        1  -         -       -
            fresh                    unknown         never                    0     0 B      0        0  -         -       -
            old-rule (not in force)  safe to remove  2026-12-11 08:00         1     0 B      1        1  -         -       -

            5 rules in 30 days: 1 in use, 3 safe to remove, 1 unknown.
            """);
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void aLongerTimeMakesRulesQuiet() {
    CommandRun run = report("--rules", rules.toString(), "--since", "60d", "--unused");

    assertThat(run.out()).isEqualTo("0 unused rules in 60 days.\n");
    assertThat(report("--since", "38d", "--unused").out())
        .contains("zone      safe to remove  2026-12-06 08:00")
        .contains("keep-sso  safe to remove  never")
        .endsWith("2 unused rules in 38 days: 2 safe to remove.\n");
  }

  @Test
  void withoutRulesNobodyKnowsWhichAreInForce() throws IOException {
    JsonNode root = JsonMapper.builder().build().readTree(report("--format", "json").out());

    assertThat(root.get("rules").size()).isEqualTo(5);
    assertThat(root.get("rules").get(0).get("in_force").isNull()).isTrue();
  }

  @Test
  void whoseRulesAreNotKnownIsSaid() {
    assertThat(report().err())
        .startsWith("detour report: ledger " + url() + ": since ")
        .endsWith(
            "; it may include rules of other files, because none are known (expected: --rules)\n");
    assertThat(report("--format", "csv").out()).startsWith("rule,");
  }

  @ParameterizedTest(name = "{0} {1} days left, {2}: {3}")
  @CsvSource({
    "a.test: does not cover erp.old.test, 45, false, lacks the legacy name",
    "a.test: expired at 2027-01-05T08:00:00Z, -10, true, expired on 2027-01-05",
    "a.test: cannot be reached: connection refused after a long time,,, no certificate seen",
    "a.test: was issued by an authority that nobody knows, 45, true, 'problem, see --format json'",
    ", 45, true, 45 days left",
  })
  void aCertificateIsSaidInAFewWords(
      @Nullable String problem, @Nullable Long daysLeft, @Nullable Boolean covers, String words) {
    Long notAfter = daysLeft == null ? null : NOW.plus(Duration.ofDays(daysLeft)).getEpochSecond();
    try (Ledger ledger =
        Ledger.open(LedgerOptions.defaults().withUrl(url()), InstantSource.fixed(NOW))) {
      ledger.certificate(
          new CertificateFinding(
              "erp", "erp.new.test", NOW.getEpochSecond(), notAfter, covers, problem));
    }

    assertThat(words).hasSizeLessThanOrEqualTo(30);
    assertThat(report("--rules", rules.toString()).out()).contains("NET-1   " + words + "\n");
    if (problem != null) {
      assertThat(report("--format", "json").out()).contains(problem);
    }
  }

  @Test
  void namesWithoutARuleAreAPartOfTheirOwn() throws IOException {
    try (Ledger ledger =
        Ledger.open(LedgerOptions.defaults().withUrl(url()), InstantSource.fixed(NOW))) {
      for (String host : List.of("forgotten.old.test", "x.old.test")) {
        String group = UseJournal.groupOfZone(".old.test");
        use(ledger, group, host, "10.0.0.7", null, "curl", Duration.ofHours(1));
        use(ledger, group, host, "10.0.0.8", "jo", "curl", Duration.ofHours(3));
      }
    }

    assertThat(report().out())
        .endsWith(
            """
            1 in use, 3 safe to remove, 1 unknown.

            NAMES WITHOUT A RULE  LAST SEEN         REQUESTS  BYTES  HOSTS  CLIENTS
            .old.test             2027-01-15 07:00         4    0 B      2        2

            2 legacy names without a rule in 30 days; --by host lists them.
            """);
    assertThat(report("--by", "host").out()).contains("forgotten.old.test  (no rule)        2  ");
    assertThat(report("--format", "csv").out())
        .contains("\r\n,.old.test,,,2027-01-15T07:00Z,2027-01-15T05:00Z,,,,4,0,0,2,2,,,,,,\r\n");
    assertThat(report("--by", "client", "--format", "csv").out())
        .contains("10.0.0.8,,.old.test,x.old.test,2027-01-15T05:00Z");
    JsonNode root = JsonMapper.builder().build().readTree(report("--format", "json").out());
    assertThat(root.get("rules").size()).isEqualTo(5);
    assertThat(root.get("names_without_rule").get(0).get("suffix").asString())
        .isEqualTo(".old.test");
    JsonNode entry = root.get("entries").get(2);
    assertThat(entry.get("host").asString()).isEqualTo("forgotten.old.test");
    assertThat(entry.get("rule").isNull()).isTrue();
    assertThat(entry.get("suffix").asString()).isEqualTo(".old.test");
    assertThat(report("--unused").out()).doesNotContain("WITHOUT");
    assertThat(report("--unused", "--by", "host").out()).doesNotContain("forgotten");
  }

  @Test
  void clientsAreThoseOfTheTimeThatIsAskedAbout() {
    CommandRun run = report("--by", "client");

    assertThat(run.out())
        .startsWith("CLIENT    RULE  HOST          FIRST SEEN        LAST SEEN         REQUESTS")
        .contains(
            "10.0.0.1  erp   erp.old.test  2027-01-14 08:00  2027-01-15 08:00         1  4.1 kB "
                + " jo")
        .contains("10.0.0.2  erp   erp.old.test")
        .doesNotContain("zone")
        .endsWith("2 rows by client in 30 days.\n");
  }

  @Test
  void hostsAreAddedUpAndHostileTextIsEscaped() {
    CommandRun run = report("--by", "host", "--since", "400d");

    assertThat(run.out())
        .contains("a\\u001b[31m.old.test  zone            1  ")
        .contains("\\u202eoj")
        .contains("erp.old.test          erp             2  ")
        .endsWith("3 rows by host in 400 days.\n");
    assertThat(run.out().chars()).noneMatch(c -> c == 0x1b || c == 0x202e || c == '\t');
  }

  @Test
  void ofUnusedRulesAllRowsAreTold() {
    assertThat(report("--unused", "--by", "client").out())
        .contains("zone")
        .contains("old-rule")
        .doesNotContain("erp.old.test")
        .endsWith("2 rows by client of unused rules.\n");
  }

  @Test
  void csvIsThatOfRfc4180WithoutFormulas() {
    CommandRun run = report("--by", "client", "--format", "csv", "--since", "400d");

    assertThat(run.out())
        .isEqualTo(
            """
            client,rule,suffix,host,first_seen,last_seen,requests,bytes_upstream,bytes_downstream,last_user,last_target,last_user_agent
            10.0.0.1,erp,,erp.old.test,2027-01-14T08:00Z,2027-01-15T08:00Z,1,7,4096,jo,new.test:443,"curl/8.1, ""x""\"
            10.0.0.1,old-rule,,b.old.test,2026-12-11T08:00Z,2026-12-11T08:00Z,1,0,0,,new.test:443,'\\u0009x
            10.0.0.1,zone,,a\\u001b[31m.old.test,2026-12-06T08:00Z,2026-12-06T08:00Z,1,0,0,\\u202eoj,new.test:443,'-1
            10.0.0.2,erp,,erp.old.test,2027-01-15T08:00Z,2027-01-15T08:00Z,1,0,0,,new.test:443,'=cmd|' /C calc'!A0
            """
                .replace("\n", "\r\n"));
  }

  @Test
  void csvHasTheRules() {
    assertThat(report("--format", "csv", "--rules", rules.toString()).out().lines())
        .hasSize(6)
        .contains(
            "rule,suffix,verdict,quiet_since,last_seen,first_seen,observed_since,observed_days,in_force,"
                + "requests,bytes_upstream,bytes_downstream,hosts,clients,owner,ticket,"
                + "certificate_target,certificate_not_after,certificate_covers_legacy_name,"
                + "certificate_problem",
            "keep-sso,,safe_to_remove,2026-11-26T08:00Z,,,2026-11-26T08:00Z,30.0,true,0,0,0,0,0,,,,,,",
            "erp,,in_use,,2027-01-15T08:00Z,2027-01-14T08:00Z,2026-11-26T08:00Z,30.0,true,2,7,4096,"
                + "1,2,erp-team,NET-1,erp.new.test,2027-03-01T08:00Z,true,");
  }

  @Test
  void jsonHasEverything() throws IOException {
    CommandRun run = report("--format", "json", "--rules", rules.toString());

    JsonNode root = JsonMapper.builder().build().readTree(run.out());
    assertThat(run.out().chars()).allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7f));
    assertThat(run.out())
        .startsWith(
            ("{'ledger':'sqlite','source':{'url':'"
                    + url()
                    + "','since':'2026-11-26T08:00Z','last_written':'2027-01-15T08:00Z','runs':2},"
                    + "'since_days':30,'now':'2027-01-15T08:00Z','rules':[{'rule':'keep-sso'")
                .replace('\'', '"'))
        .contains("],\"names_without_rule\":[],\"entries_total\":4,\"entries\":[{");
    assertThat(root.get("rules").get(1))
        .hasToString(
            ("{'rule':'erp','owner':'erp-team','ticket':'NET-1','in_force':true,'verdict':'in_use',"
                 + "'quiet_since':null,'observed_since':'2026-11-26T08:00Z','observed_days':30.0,"
                 + "'first_seen':'2027-01-14T08:00Z','last_seen':'2027-01-15T08:00Z','requests':2,"
                 + "'bytes_upstream':7,'bytes_downstream':4096,'hosts':1,'clients':2,"
                 + "'certificate':{'target':'erp.new.test','not_after':'2027-03-01T08:00Z',"
                 + "'covers_legacy_name':true,'problem':null,'checked':'2027-01-15T08:00Z'}}")
                .replace('\'', '"'));
    assertThat(root.get("ledger").asString()).isEqualTo("sqlite");
    assertThat(root.get("since_days").asInt()).isEqualTo(30);
    assertThat(root.get("now").asString()).isEqualTo("2027-01-15T08:00Z");
    assertThat(root.get("entries_total").asInt()).isEqualTo(4);
    assertThat(root.get("entries").size()).isEqualTo(4);
    assertThat(root.get("entries").get(3))
        .hasToString(
            ("{'rule':'zone','suffix':null,'host':'a\u001b[31m.old.test','client':'10.0.0.1','user':'\u202eoj',"
                 + "'user_agent':'-1','target':'new.test:443','first_seen':'2026-12-06T08:00Z',"
                 + "'last_seen':'2026-12-06T08:00Z','requests':1,'bytes_upstream':0,"
                 + "'bytes_downstream':0}")
                .replace('\'', '"')
                .replace("\u001b", "\\u001B"));
  }

  @Test
  void aLedgerThatIsNotThereIsAProblemAndIsNotMade() throws IOException {
    Path nothing = folder.resolve("nothing.db");
    CommandRun run = plainReport("--ledger", "jdbc:sqlite:" + nothing);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "detour report: ledger jdbc:sqlite:"
                + nothing
                + ": "
                + nothing
                + ": there is no such file\n");
    assertThat(nothing).doesNotExist();

    Files.writeString(nothing, "no database ".repeat(1000));
    assertThat(plainReport("--ledger", "jdbc:sqlite:" + nothing).err())
        .contains("it holds no ledger that can be read");
  }

  @Test
  void theConfigurationSaysWhichLedgerUnlessTheCommandLineDoes() throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("detour.yaml"), "ledger: { url: 'jdbc:sqlite:ledger.db' }\n");
    Path off = Files.writeString(folder.resolve("off.yaml"), "ledger: { url: off }\n");

    assertThat(plainReport("-c", configuration.toString()).out()).contains("erp", "in use");
    assertThat(plainReport("-c", off.toString()).exitCode()).isEqualTo(1);
    assertThat(plainReport("-c", off.toString()).err())
        .startsWith("detour report: the ledger is switched off");
    assertThat(report("-c", off.toString()).exitCode()).isZero();
  }

  @Test
  void rulesWithAProblemAreAProblem() throws IOException {
    Path bad = Files.writeString(folder.resolve("bad.yaml"), "version: 1\nruls: []\n");

    CommandRun run = report("--rules", bad.toString());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(bad + ":2:1: unknown key \"ruls\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--since=0s",
        "--since=5",
        "--since=4000d",
        "--by=user",
        "--format=xml",
        "--ledger=jdbc:postgresql://jo:secret@",
        "--nothing",
      })
  void wrongUsageIsSaidWithoutSecrets(String option) {
    CommandRun run = plainReport(option);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isNotEmpty().doesNotContain("secret");
  }
}
