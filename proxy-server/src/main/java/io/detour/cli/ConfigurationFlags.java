package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.config.ConfigurationKey;
import io.detour.config.Exposure;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ListenerOptions.ProxyProtocol;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleSource;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The options that make a configuration. They beat the file, the file beats the defaults; an option
 * that is not given is null. The defaults in the descriptions are those of {@link
 * Configuration#defaults}.
 */
final class ConfigurationFlags {
  private static final String LOG_FORMAT = "--log-format";

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration file. The other options beat it (default: none).")
  private @Nullable Path config;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      split = ",",
      converter = ListenConverter.class,
      description =
          "Where clients are accepted, ADDRESS:PORT or unix:/PATH; may be given several times. Port"
              + " 0 takes any free one (default: 127.0.0.1:3128).")
  private @Nullable List<ListenAddress> listen;

  @Option(
      names = "--admin-listen",
      paramLabel = "ADDRESS:PORT",
      converter = AdminListenConverter.class,
      description =
          "Where the admin interface is: /metrics, /healthz and more (default: 127.0.0.1:3129).")
  private ListenAddress.@Nullable Inet adminListen;

  @Option(
      names = "--rules",
      paramLabel = "PATH",
      split = ",",
      description =
          "A rule file, or a folder of them; may be given several times (default: rules.yaml if"
              + " there is one, else no rules).")
  private @Nullable List<Path> rules;

  /** For keys with a single value: each option becomes a change of the configuration. */
  @Mixin private final CommandSpec single = CommandSpec.create();

  ConfigurationFlags() {
    add(
        ConfigurationKey.RELAY_MODE,
        "--relay",
        "auto|splice|copy",
        "Which path the bytes take (default: auto).");
    add(
        ConfigurationKey.THREADS,
        "--threads",
        "auto|N",
        "How many event loops serve clients, 1 to 1024 (default: auto).");
    add(
        ConfigurationKey.TIMEOUT_DRAIN,
        "--drain-timeout",
        "DURATION",
        "How long tunnels and requests may take to end on a stop (default: 30s).");
    add(
        ConfigurationKey.LOG_FORMAT,
        LOG_FORMAT,
        "json|text",
        "How log lines look (default: json; text with --demo).");
    add(
        ConfigurationKey.LOG_LEVEL,
        "--log-level",
        "error|warn|info|debug|trace",
        "How much Detour says of itself on standard error (default: info).");
  }

  private <T> void add(ConfigurationKey<T> key, String name, String values, String description) {
    ITypeConverter<UnaryOperator<Configuration>> converter =
        text -> {
          T value = checked(() -> key.parse(text));
          return configuration -> configuration.with(key, value);
        };
    single.addOption(
        OptionSpec.builder(name)
            .paramLabel(values)
            .description(description)
            .type(UnaryOperator.class)
            .converters(converter)
            .build());
  }

  /** Reads the file, if there is one, and applies the options, which may be wrong usage. */
  ConfigurationFile read() {
    return switch (Verb.configuration(config)) {
      case ConfigurationFile.Rejected rejected -> rejected;
      case ConfigurationFile.Loaded loaded -> {
        requireAccess(loaded.configuration().access());
        yield new ConfigurationFile.Loaded(applied(loaded.configuration()));
      }
    };
  }

  /** Whether it was said, on the command line or in the environment, how log lines look. */
  boolean hasLogFormat() {
    return single.findOption(LOG_FORMAT).getValue() != null;
  }

  /** Whether an option, rather than the file, says where the rules are. */
  boolean hasRules() {
    return rules != null;
  }

  private void requireAccess(AccessOptions access) {
    for (ListenAddress address : listen == null ? List.<ListenAddress>of() : listen) {
      String objection = Exposure.objection(address, ProxyProtocol.OFF, access);
      if (objection != null) {
        throw new ParameterException(spec.commandLine(), "--listen " + address + ": " + objection);
      }
    }
  }

  private Configuration applied(Configuration file) {
    Configuration configuration = file;
    if (listen != null) {
      configuration =
          configuration.with(
              ConfigurationKey.LISTEN, listen.stream().map(ListenerOptions::of).toList());
    }
    if (adminListen != null) {
      configuration = configuration.with(ConfigurationKey.ADMIN_LISTEN, adminListen);
    }
    if (rules != null) {
      configuration = configuration.with(ConfigurationKey.RULES, new RuleSource.Listed(rules));
    }
    for (OptionSpec option : single.options()) {
      UnaryOperator<Configuration> change = option.getValue();
      configuration = change == null ? configuration : change.apply(configuration);
    }
    return configuration;
  }

  /** Says what is wrong with a value in picocli's way. */
  private static <T> T checked(Supplier<T> parser) {
    try {
      return parser.get();
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  static final class ListenConverter implements ITypeConverter<ListenAddress> {
    @Override
    public ListenAddress convert(String text) {
      return checked(() -> ListenAddress.parse(text));
    }
  }

  static final class AdminListenConverter implements ITypeConverter<ListenAddress.Inet> {
    @Override
    public ListenAddress.Inet convert(String text) {
      return checked(() -> ListenAddress.Inet.parse(text));
    }
  }
}
