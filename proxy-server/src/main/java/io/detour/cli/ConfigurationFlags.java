package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.config.Exposure;
import io.detour.config.Timeout;
import io.detour.core.relay.RelayMode;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.accept.ProxyProtocol;
import io.detour.server.access.AccessOptions;
import io.detour.server.decide.RuleSource;
import io.detour.server.log.LogOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
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

  @Option(
      names = "--relay",
      paramLabel = "auto|splice|copy",
      converter = RelayConverter.class,
      description = "Which path the bytes take (default: auto).")
  private @Nullable RelayMode relay;

  @Option(
      names = "--threads",
      paramLabel = "auto|N",
      converter = ThreadsConverter.class,
      description = "How many event loops serve clients, 1 to 1024 (default: auto).")
  private @Nullable Integer threads;

  @Option(
      names = "--drain-timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long tunnels and requests may take to end on a stop (default: 30s).")
  private @Nullable Duration drainTimeout;

  @Option(
      names = "--log-format",
      paramLabel = "json|text",
      converter = LogFormatConverter.class,
      description = "How log lines look (default: json; text with --demo).")
  private LogOptions.@Nullable Format logFormat;

  @Option(
      names = "--log-level",
      paramLabel = "error|warn|info|debug|trace",
      converter = LogLevelConverter.class,
      description = "How much Detour says of itself on standard error (default: info).")
  private LogOptions.@Nullable Level logLevel;

  /**
   * Reads the file, if there is one, and applies the options.
   *
   * @throws ParameterException if an option says what must not be
   */
  ConfigurationFile read() {
    ConfigurationFile file =
        config == null
            ? new ConfigurationFile.Loaded(Configuration.defaults())
            : ConfigurationFile.load(config);
    return switch (file) {
      case ConfigurationFile.Rejected rejected -> rejected;
      case ConfigurationFile.Loaded loaded -> {
        requireAccess(loaded.configuration().access());
        yield new ConfigurationFile.Loaded(applied(loaded.configuration()));
      }
    };
  }

  /** Whether it was said, on the command line or in the environment, how log lines look. */
  boolean nameLogFormat() {
    return logFormat != null;
  }

  /** Whether an option, rather than the file, says where the rules are. */
  boolean nameRules() {
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
    return file.with(
        draft -> {
          if (listen != null) {
            draft.listen(listen.stream().map(ListenerOptions::of).toList());
          }
          if (adminListen != null) {
            draft.admin(file.admin().withListen(adminListen));
          }
          if (rules != null) {
            draft.rules(new RuleSource.Listed(rules));
          }
          if (relay != null) {
            draft.relay(file.relay().withMode(relay));
          }
          if (threads != null) {
            draft.threads(threads);
          }
          if (drainTimeout != null) {
            draft.timeout(Timeout.DRAIN, drainTimeout);
          }
          if (logFormat != null) {
            draft.log(draft.log().withFormat(logFormat));
          }
          if (logLevel != null) {
            draft.log(draft.log().withLevel(logLevel));
          }
        });
  }

  /** Says what is wrong with an address in picocli's way. */
  static final class ListenConverter implements ITypeConverter<ListenAddress> {
    @Override
    public ListenAddress convert(String text) {
      try {
        return ListenAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The same for a TCP port. */
  static final class AdminListenConverter implements ITypeConverter<ListenAddress.Inet> {
    @Override
    public ListenAddress.Inet convert(String text) {
      try {
        return ListenAddress.Inet.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Names the paths as the help does. */
  static final class RelayConverter implements ITypeConverter<RelayMode> {
    @Override
    public RelayMode convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "auto" -> RelayMode.AUTO;
        case "splice" -> RelayMode.SPLICE;
        case "copy" -> RelayMode.COPY;
        default ->
            throw new TypeConversionException(
                "'" + text + "' is no path (expected: auto, splice or copy)");
      };
    }
  }

  /** Names the formats as the help does. */
  static final class LogFormatConverter implements ITypeConverter<LogOptions.Format> {
    @Override
    public LogOptions.Format convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "json" -> LogOptions.Format.JSON;
        case "text" -> LogOptions.Format.TEXT;
        default ->
            throw new TypeConversionException(
                "'" + text + "' is no format (expected: json or text)");
      };
    }
  }

  /** Names the levels as the help does. */
  static final class LogLevelConverter implements ITypeConverter<LogOptions.Level> {
    @Override
    public LogOptions.Level convert(String text) {
      for (LogOptions.Level level : LogOptions.Level.values()) {
        if (level.name().equalsIgnoreCase(text)) {
          return level;
        }
      }
      throw new TypeConversionException(
          "'" + text + "' is no level (expected: error, warn, info, debug or trace)");
    }
  }

  /** Reads {@code auto} or a number of event loops. */
  static final class ThreadsConverter implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      if (text.equals("auto")) {
        return Configuration.AUTOMATIC;
      }
      if (text.matches("[0-9]{1,4}")) {
        int threads = Integer.parseInt(text);
        if (threads >= 1 && threads <= Configuration.MAX_THREADS) {
          return threads;
        }
      }
      throw new TypeConversionException(
          "'" + text + "' (expected: auto or 1.." + Configuration.MAX_THREADS + ")");
    }
  }
}
