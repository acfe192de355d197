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
  private static final Path DEFAULT_FILE = Path.of("rules.yaml");

  @Option(
      names = "--rules",
      paramLabel = "PATH",
      split = ",",
      description =
          "A rule file, or a folder of them; may be given several times (default: those of the"
              + " configuration, or rules.yaml without one).")
  private List<Path> rules = List.of();

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration file.")
  private @Nullable Path config;

  /**
   * The rules that a command works with: where they stand, nowhere if there are none, and how they
   * are judged. Refused as well if the configuration is, which the only path then names.
   */
  record ChosenRules(Configuration configuration, List<Path> paths, RuleReview review) {}

  /** The same as {@link #read}, and no rules where none are named and there is no usual file. */
  ChosenRules readIfAny() {
    return rules.isEmpty() && config == null && !Files.exists(DEFAULT_FILE)
        ? new ChosenRules(
            Configuration.defaults(), List.of(), RuleReview.Accepted.of(RuleSet.empty()))
        : read();
  }

  ChosenRules read() {
    return choose(config, rules);
  }

  /**
   * Reads and judges rules as a running Detour does, their tests included. Without a configuration,
   * which parents and listeners there are is not known and not judged.
   *
   * @param named files and folders; none for those of the configuration, or the usual file
   */
  static ChosenRules choose(@Nullable Path config, List<Path> named) {
    if (config == null) {
      return read(
          Configuration.defaults(), named.isEmpty() ? List.of(DEFAULT_FILE) : named, Setting::on);
    }
    return switch (ConfigurationFile.load(config)) {
      case ConfigurationFile.Rejected rejected ->
          new ChosenRules(
              Configuration.defaults(),
              List.of(config),
              new RuleReview.Unreadable(rejected.problems()));
      case ConfigurationFile.Loaded(Configuration configuration) ->
          read(
              configuration,
              named.isEmpty() ? configuration.rules().existing() : named,
              configuration::ruleSetting);
    };
  }

  private static ChosenRules read(
      Configuration configuration, List<Path> paths, Function<LocalDate, Setting> setting) {
    ZoneId zone = ZoneId.systemDefault();
    RuleReview review =
        RuleReview.of(RuleFiles.load(paths, zone), setting.apply(LocalDate.now(zone)));
    return new ChosenRules(configuration, paths, review);
  }
}
