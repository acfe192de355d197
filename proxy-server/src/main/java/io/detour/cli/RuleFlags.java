package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.rules.RuleSet;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.Lint.Setting;
import io.detour.rules.lint.RuleReview;
import io.detour.server.decide.RuleSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
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

  /** The same as {@link #read}, and no rules where none are named and there is no usual file. */
  ChosenRules readIfAny() {
    return rules == null && config == null && !Files.exists(USUAL_FILE)
        ? new ChosenRules.Accepted(Configuration.defaults(), List.of(), RuleSet.empty())
        : read();
  }

  /**
   * Reads and judges the rules as a running Detour does, their tests included. Without a
   * configuration, which parents and listeners there are is not known and not judged.
   */
  ChosenRules read() {
    ConfigurationFile file =
        config == null
            ? new ConfigurationFile.Loaded(Configuration.defaults())
            : ConfigurationFile.load(config);
    return switch (file) {
      case ConfigurationFile.Rejected rejected -> new ChosenRules.Refused(rejected.problems());
      case ConfigurationFile.Loaded(Configuration configuration) -> read(configuration);
    };
  }

  private ChosenRules read(Configuration configuration) {
    ZoneId zone = ZoneId.systemDefault();
    List<Path> paths = paths(configuration.rules());
    RuleFiles files = paths.isEmpty() ? RuleFiles.Loaded.none() : RuleFiles.load(paths, zone);
    LocalDate today = LocalDate.now(zone);
    Setting setting = config == null ? Setting.on(today) : configuration.ruleSetting(today);
    return switch (RuleReview.of(files, setting)) {
      case RuleReview.Accepted accepted ->
          new ChosenRules.Accepted(configuration, paths, accepted.files().rules());
      case RuleReview.Refused refused -> new ChosenRules.Refused(refused.objections());
    };
  }

  private List<Path> paths(RuleSource configured) {
    if (rules != null) {
      return rules;
    }
    if (config == null) {
      return List.of(USUAL_FILE);
    }
    return switch (configured) {
      case RuleSource.Listed(List<Path> paths) -> paths;
      case RuleSource.IfPresent(Path path) -> Files.exists(path) ? List.of(path) : List.of();
    };
  }
}
