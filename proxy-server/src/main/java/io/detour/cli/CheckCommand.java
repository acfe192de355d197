package io.detour.cli;

import io.detour.cli.RuleFlags.ChosenRules;
import io.detour.ops.certificates.CertificateSurvey;
import io.detour.ops.certificates.Probe;
import io.detour.ops.certificates.Prober;
import io.detour.rules.file.RuleFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
      "1:they cannot, or there are warnings and --strict was given; or --cacert cannot be read",
      "2:wrong usage"
    })
final class CheckCommand extends Verb {
  /** For all targets together. */
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
    ChosenRules chosen = RuleFlags.choose(config, files);
    CheckedRules checked = new CheckedRules(chosen.paths(), chosen.review(), strict, null);
    RuleFiles.Loaded loaded = checked.files();
    if (!tls || loaded == null) {
      return checked;
    }
    try (Prober prober = trust.prober(chosen.configuration(), Probe.Depth.TLS)) {
      return prober == null
          ? null
          : checked.with(
              CertificateSurvey.of(loaded.rules().rules(), Instant.now(), prober, LIMIT));
    }
  }
}
