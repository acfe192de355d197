package io.detour.cli;

import io.detour.cli.RuleFlags.ChosenRules;
import io.detour.ops.certificates.CertificateSurvey;
import io.detour.ops.certificates.Probe;
import io.detour.ops.certificates.Prober;
import io.detour.ops.ledger.AddressSurvey;
import io.detour.ops.ledger.LedgerReading;
import io.detour.ops.ledger.LedgerUrl;
import io.detour.rules.RuleSet;
import io.detour.rules.file.RuleFiles;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code detour check}. Problems, findings and failed tests go to standard error, one a line; a
 * line that counts them goes to standard output.
 */
@Command(
    name = "check",
    description = {
      "Reads rule files as one set, reports problems and what is suspicious, and runs the tests.",
      "Does all that a reload would do, except putting the rules in force."
    },
    exitCodeList = {
      "0:the rules can be used; there may be warnings",
      "1:they cannot, or there are warnings and --strict was given; or --cacert or the ledger"
          + " cannot be read",
      "2:wrong usage"
    })
final class CheckCommand extends Verb {
  /** For all targets together, and for all names. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description =
          "Rule files and folders, read as one set (default: those of the configuration, or"
              + " rules.yaml without one).")
  private List<Path> files = List.of();

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "The configuration file: says where the rules are, which parents there are, and where"
              + " Detour listens.")
  private @Nullable Path config;

  @Option(names = "--strict", description = "Warnings count as errors.")
  private boolean strict;

  @Option(names = "--json", description = "One JSON object on standard output instead of text.")
  private boolean json;

  @Option(
      names = "--tls",
      description =
          "Also tries the targets out: do their certificates cover the legacy names? For enforced"
              + " rules with exact hosts.")
  private boolean tls;

  @Option(
      names = "--ledger",
      paramLabel = "URL",
      converter = ReportCommand.LedgerUrlConverter.class,
      description =
          "Also resolves the exact names of rules, and warns of those that clients asked for by"
              + " address. The ledger: auto, jdbc:sqlite:/PATH or jdbc:postgresql://HOST/DATABASE.")
  private @Nullable LedgerUrl ledger;

  @Mixin private TrustFlags trust = new TrustFlags();

  @Override
  public Integer call() throws InterruptedException {
    CheckedRules checked = check();
    if (checked == null) {
      return 1;
    }
    if (json) {
      printJson(checked.json());
    } else {
      checked.lines().forEach(err()::println);
      out().println(checked.summary());
      checked.surveys().forEach(out()::println);
    }
    return checked.isGood() ? 0 : 1;
  }

  /** Null if there is nothing to say but what standard error says already. */
  private @Nullable CheckedRules check() throws InterruptedException {
    ChosenRules chosen = RuleFlags.choose(config, files);
    CheckedRules checked = CheckedRules.of(chosen.paths(), chosen.review(), strict);
    RuleFiles.Loaded loaded = checked.files();
    if (loaded == null) {
      return checked;
    }
    if (tls) {
      try (Prober prober = trust.prober(chosen.configuration(), Probe.Depth.TLS)) {
        if (prober == null) {
          return null;
        }
        checked =
            checked.with(
                CertificateSurvey.of(loaded.rules().rules(), Instant.now(), prober, LIMIT));
      }
    }
    return ledger == null ? checked : withAddresses(checked, loaded.rules(), chosen, ledger);
  }

  private @Nullable CheckedRules withAddresses(
      CheckedRules checked, RuleSet rules, ChosenRules chosen, LedgerUrl url)
      throws InterruptedException {
    if (url instanceof LedgerUrl.Off) {
      throw wrongUsage("--ledger off (expected: a ledger)");
    }
    try {
      return checked.with(
          AddressSurvey.of(
              rules.rules(),
              url,
              chosen.configuration().dialOptions(),
              LIMIT,
              ZoneId.systemDefault()));
    } catch (SQLException e) {
      err().println(LedgerReading.problem(url, e));
      return null;
    }
  }
}
