package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.rules.RuleSet;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which rules a verb is about. */
final class RuleFlags {
  private static final Path USUAL_FILE = Path.of("rules.yaml");

  @Option(
      names = "--rules",
      paramLabel = "PATH",
      split = ",",
      description =
          "A rule file, or a folder of them; may be given several times (default: those of the"
              + " configuration, or rules.yaml without one).")
  private @Nullable List<Path> rules;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration file.")
  private @Nullable Path config;

  /**
   * The rules that a command works with.
   *
   * @param configuration of the server, or the defaults
   * @param paths where the rules stand; none if there are no rules
   * @param review refused as well if the configuration is
   */
  record ChosenRules(Configuration configuration, List<Path> paths, RuleReview review) {}

  /** The same as {@link #read}, and no rules where none are named and there is no usual file. */
  ChosenRules readIfAny() {
    return rules == null && config == null && !Files.exists(USUAL_FILE)
        ? new ChosenRules(
            Configuration.defaults(), List.of(), RuleReview.Accepted.of(RuleSet.empty()))
        : read();
  }

  /**
   * Reads and judges the rules as a running Detour does, their tests included. Without a
   * configuration, which parents and listeners there are is not known and not judged.
   */
  ChosenRules read() {
    if (config == null) {
      return read(Configuration.defaults(), List.of(USUAL_FILE), Setting::on);
    }
    return switch (ConfigurationFile.load(config)) {
      case ConfigurationFile.Rejected rejected ->
          new ChosenRules(
              Configuration.defaults(), List.of(), new RuleReview.Unreadable(rejected.problems()));
      case ConfigurationFile.Loaded(Configuration configuration) ->
          read(configuration, configuration.rules().existing(), configuration::ruleSetting);
    };
  }

  private ChosenRules read(
      Configuration configuration, List<Path> usual, Function<LocalDate, Setting> setting) {
    ZoneId zone = ZoneId.systemDefault();
    List<Path> paths = rules == null ? usual : rules;
    RuleFiles files = paths.isEmpty() ? RuleFiles.Loaded.none() : RuleFiles.load(paths, zone);
    RuleReview review = RuleReview.of(files, setting.apply(LocalDate.now(zone)));
    return new ChosenRules(configuration, paths, review);
  }
}
