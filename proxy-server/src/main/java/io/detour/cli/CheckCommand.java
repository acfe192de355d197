package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.ops.certificates.CertificateSurvey;
import io.detour.ops.certificates.Probe;
import io.detour.ops.certificates.Prober;
import io.detour.rules.RuleSet;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code detour check}: reads rule files as one set, as a running Detour would, looks for what is
 * suspicious about them, and runs the tests in them.
 *
 * <p>Problems, findings and failed tests go to standard error, one a line; a line that counts them
 * goes to standard output. Exit code 0, or 1 if {@code run} would refuse the rules.
 */
@Command(
    name = "check",
    description = {
      "Reads rule files as one set, reports problems and what is suspicious, and runs the tests.",
      "Does all that a reload would do, except putting the rules in force."
    },
    exitCodeList = {
      "0:the rules can be used; there may be warnings",
      "1:they cannot, or there are warnings and --strict was given; or --cacert cannot be read",
      "2:wrong usage"
    })
final class CheckCommand extends Verb {
  /** For all targets together. */
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final Path USUAL_FILE = Path.of("rules.yaml");

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
      String certificates = checked.certificateSummary();
      if (certificates != null) {
        out().println(certificates);
      }
    }
    return checked.isGood() ? 0 : 1;
  }

  /** Null if there is nothing to say but what standard error says already. */
  private @Nullable CheckedRules check() throws InterruptedException {
    LocalDate today = LocalDate.now(ZoneId.systemDefault());
    if (config == null) {
      List<Path> paths = files.isEmpty() ? List.of(USUAL_FILE) : files;
      return check(paths, Setting.on(today), Configuration.defaults());
    }
    return switch (ConfigurationFile.load(config)) {
      case ConfigurationFile.Rejected rejected ->
          new CheckedRules(
              List.of(config), new RuleReview.Unreadable(rejected.problems()), strict, null);
      case ConfigurationFile.Loaded(Configuration configuration) ->
          check(
              files.isEmpty() ? configuration.rules().existing() : files,
              configuration.ruleSetting(today),
              configuration);
    };
  }

  private @Nullable CheckedRules check(
      List<Path> paths, Setting setting, Configuration configuration) throws InterruptedException {
    RuleFiles read =
        paths.isEmpty() ? RuleFiles.Loaded.none() : RuleFiles.load(paths, ZoneId.systemDefault());
    CheckedRules checked = new CheckedRules(paths, RuleReview.of(read, setting), strict, null);
    return tls && read instanceof RuleFiles.Loaded loaded
        ? withCertificates(checked, loaded.rules(), configuration)
        : checked;
  }

  private @Nullable CheckedRules withCertificates(
      CheckedRules checked, RuleSet rules, Configuration configuration)
      throws InterruptedException {
    try (Prober prober = trust.prober(configuration, Probe.Depth.TLS)) {
      return prober == null
          ? null
          : checked.with(CertificateSurvey.of(rules.rules(), Instant.now(), prober, LIMIT));
    }
  }
}
