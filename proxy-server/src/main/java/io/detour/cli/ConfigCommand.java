package io.detour.cli;

import io.detour.config.ConfigurationFile;
import io.detour.config.ConfigurationYaml;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code detour config}: starts nothing and does not read the rules. */
@Command(
    name = "config",
    description = "Prints the configuration as YAML that can be used as a configuration file.",
    exitCodeList = {"0:printed", "1:the configuration file has a problem", "2:wrong usage"})
final class ConfigCommand extends Verb {
  @ArgGroup(multiplicity = "1")
  private Which which = new Which();

  @Mixin private ConfigurationFlags flags = new ConfigurationFlags();

  /** One of the two has to be given. */
  static final class Which {
    @Option(
        names = "--defaults",
        description = "Without any file or option, with what each key is for.")
    private boolean defaults;

    @Option(
        names = "--effective",
        description = "What run would use with the same file, options and environment.")
    @SuppressWarnings("UnusedVariable") // one of the two is given: without the other it is this
    private boolean effective;
  }

  @Override
  public Integer call() {
    return which.defaults ? print(ExampleFile.CONFIGURATION.text()) : printEffective();
  }

  private int printEffective() {
    return switch (flags.read()) {
      case ConfigurationFile.Loaded loaded -> print(ConfigurationYaml.of(loaded.configuration()));
      case ConfigurationFile.Rejected rejected -> fail(rejected.problems());
    };
  }

  private int print(String yaml) {
    out().print(yaml);
    out().flush();
    return 0;
  }
}
