package io.detour.cli;

import io.detour.Detour;
import io.detour.Version;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.config.ConfigurationKey;
import io.detour.config.ServerOptions;
import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.core.relay.RelayMode;
import io.detour.ops.certificates.TrustRoots;
import io.detour.ops.demo.DemoBanner;
import io.detour.ops.demo.DemoLedger;
import io.detour.ops.demo.DemoOrigin;
import io.detour.rules.Mode;
import io.detour.rules.Rule;
import io.detour.rules.RuleSet;
import io.detour.rules.document.DurationText;
import io.detour.rules.document.Fields;
import io.detour.rules.document.Problem;
import io.detour.rules.file.RuleFiles;
import io.detour.rules.lint.RuleReview;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import io.detour.server.access.UserFile;
import io.detour.server.decide.Reloader;
import io.detour.server.decide.RuleFileLoader;
import io.detour.server.decide.RuleLoader;
import io.detour.server.decide.RuleLoader.RuleSupply;
import io.detour.server.log.LogOptions;
import io.detour.server.log.LogOutput;
import io.detour.server.serve.Forward;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code detour run}: serves until it is told to stop. */
@Command(
    name = "run",
    description = "Serves: accepts clients, rewrites legacy names, relays.",
    exitCodeList = {"0:stopped", "1:could not start", "2:wrong usage"},
    footer = {
      "",
      "SIGTERM or SIGINT stops accepting, lets tunnels and requests end, and exits; a second one"
          + " exits at once. SIGHUP reads the rules again, SIGUSR1 opens log files again."
    })
final class RunCommand extends Verb {
  private static final Logger logger = LoggerFactory.getLogger("detour");

  @Mixin private ConfigurationFlags flags = new ConfigurationFlags();

  @Option(
      names = "--mode",
      paramLabel = "enforce|report|off",
      converter = ModeConverter.class,
      description =
          "How far rules go at most: they do what they say, they only report it, or they match"
              + " nothing (default: enforce).")
  private Mode mode = Mode.ENFORCE;

  @Option(
      names = "--demo",
      description =
          "Also starts a demo origin, uses the example rules unless --rules is given, and prints"
              + " curl lines to try.")
  private boolean demo;

  @Override
  public Integer call() throws InterruptedException {
    return switch (flags.read()) {
      case ConfigurationFile.Rejected rejected ->
          refuse("the configuration has problems", rejected.problems());
      case ConfigurationFile.Loaded loaded -> serve(loaded.configuration());
    };
  }

  private int serve(Configuration configuration) throws InterruptedException {
    if (demo
        && configuration.listen().stream()
            .map(ListenerOptions::address)
            .noneMatch(ListenAddress.Inet.class::isInstance)) {
      return refuse("--demo: \"listen\" has no ADDRESS:PORT (expected: at least one)");
    }
    LogOptions log = logOptions(configuration);
    if (!startLog(log)) {
      return 1;
    }
    CompletableFuture<Runnable> hangUp = Signals.reload();
    RuleSupply rules = readRules(configuration);
    if (rules == null
        || !canAskUsers(configuration.access())
        || !canTrust(configuration.get(ConfigurationKey.CERTIFICATES_TRUST))) {
      return 1;
    }
    try (DemoOrigin origin = demo ? DemoOrigin.start() : null;
        DemoLedger ledger = demo ? demoLedger(rules.first()) : null) {
      int left;
      try (Detour server = Detour.start(options(configuration, rules, origin, ledger))) {
        CompletableFuture<String> stop = Signals.stop();
        announce(banner(log), server, origin);
        logStart(server, rules.first(), configuration.relayOptions().mode());
        hangUp.complete(() -> server.reload(Reloader.Trigger.SIGNAL));
        server.whenDrainIsAsked(() -> stop.complete("drain"));
        left = drain(server, stop.join(), configuration.get(ConfigurationKey.TIMEOUT_DRAIN));
      }
      logStopped(left);
      return 0;
    } catch (IOException e) {
      return refuse(e.getMessage());
    } finally {
      LogOutput.flush();
    }
  }

  /** The demo's lines are for people, unless asked otherwise. */
  private LogOptions logOptions(Configuration configuration) {
    return demo && !flags.hasLogFormat()
        ? configuration.log().withFormat(LogOptions.Format.TEXT)
        : configuration.log();
  }

  /** Logs as configured from now on. */
  private boolean startLog(LogOptions options) {
    try {
      Signals.reopenLogs(LogOutput.start(options));
      return true;
    } catch (IOException e) {
      refuse("log.access: cannot be written to: " + e.getMessage());
      return false;
    }
  }

  private @Nullable RuleSupply readRules(Configuration configuration) {
    RuleLoader loader =
        demo && !flags.hasRules()
            ? exampleRules(configuration)
            : new RuleFileLoader(configuration.rules(), configuration::ruleSetting, mode);
    return switch (loader.read()) {
      case RuleReview.Accepted accepted -> {
        LogOutput.warnEach(logger, accepted.findings(), "warnings");
        yield new RuleSupply(
            accepted.rules(), loader, configuration.get(ConfigurationKey.RULES_WATCH), mode);
      }
      case RuleReview.Refused refused -> {
        refuse("the rules have problems", refused.problems());
        yield null;
      }
    };
  }

  /** The server reads them again: this is for the sake of one line for each problem. */
  private boolean canAskUsers(AccessOptions access) {
    if (access.users() == null) {
      return true;
    }
    return switch (UserFile.load(access.users())) {
      case UserFile.Users _ -> true;
      case UserFile.Rejected rejected -> {
        refuse("the users have problems", rejected.problems());
        yield false;
      }
    };
  }

  /** The watch reads them again: it would go on without them. */
  private boolean canTrust(List<Path> authorities) {
    if (!authorities.isEmpty()
        && TrustRoots.load(authorities) instanceof Parsed.Malformed<TrustRoots>(String problem)) {
      refuse("certificates.trust: " + problem);
      return false;
    }
    return true;
  }

  private int refuse(String why, List<Problem> problems) {
    fail(problems);
    return refuse(why + ", so nothing was started");
  }

  private int refuse(@Nullable String why) {
    err().println("detour: " + why);
    return 1;
  }

  private RuleLoader exampleRules(Configuration configuration) {
    RuleFiles files = RuleFiles.parse(ExampleFile.RULES.fileName(), ExampleFile.RULES.text());
    LocalDate today = LocalDate.now(ZoneId.systemDefault());
    RuleReview review = RuleReview.of(files, configuration.ruleSetting(today)).atMost(mode);
    return () -> review;
  }

  private static DemoLedger demoLedger(RuleSet rules) throws IOException {
    return DemoLedger.make(rules.rules().stream().map(Rule::name).toList(), InstantSource.system());
  }

  private static ServerOptions options(
      Configuration configuration,
      RuleSupply rules,
      @Nullable DemoOrigin origin,
      @Nullable DemoLedger ledger) {
    ServerOptions options = ServerOptions.of(configuration, rules);
    return origin == null || ledger == null
        ? options
        : options.with(withDemo(configuration, origin, ledger));
  }

  /**
   * The demo's names lead to its origin, and its command lines ask for the origin's ports. What
   * else the rules name is not there, and is not looked for; what is tried out belongs in no ledger
   * but its own.
   */
  private static Configuration withDemo(
      Configuration configuration, DemoOrigin origin, DemoLedger ledger) {
    AccessOptions access = configuration.access();
    Map<Host, List<InetAddress>> hosts =
        new HashMap<>(configuration.get(ConfigurationKey.RESOLVER_HOSTS));
    hosts.putAll(origin.hosts());
    return configuration
        .withAccess(
            access.withPorts(access.connectPorts().and(origin.ports()), access.forwardPorts()))
        .with(ConfigurationKey.RESOLVER_HOSTS, hosts)
        .with(ConfigurationKey.CERTIFICATES_WATCH, Duration.ZERO)
        .with(ConfigurationKey.LEDGER_URL, ledger.url());
  }

  /** Where JSON lines go to standard output, nothing else goes there. */
  private PrintWriter banner(LogOptions log) {
    return log.format() == LogOptions.Format.JSON && log.access() == LogOptions.Target.Stream.STDOUT
        ? err()
        : out();
  }

  private static void announce(PrintWriter out, Detour server, @Nullable DemoOrigin origin) {
    out.println("Detour " + Version.build().version() + " is ready");
    server.listeners().forEach(listener -> out.println("  proxy   " + announcement(listener)));
    server.forwards().forEach(forward -> out.println("  tcp     " + announcement(forward)));
    String admin = NetUtil.toSocketAddressString(server.adminAddress());
    out.println("  admin   http://" + admin + "/");
    if (origin != null) {
      out.println();
      out.print(new DemoBanner(demoProxy(server), admin, origin).text());
    }
    out.flush();
  }

  private void logStart(Detour server, RuleSet rules, RelayMode relay) {
    if (rules.rules().isEmpty()) {
      logger.info("there are no rules, so no name is rewritten");
    }
    logger.info(
        "serving on {}, admin on {}, {} rules, mode {}, relay {}",
        server.listeners().stream().map(ListenerOptions::address).toList(),
        NetUtil.toSocketAddressString(server.adminAddress()),
        rules.rules().size(),
        Fields.wordOf(mode),
        Fields.wordOf(relay));
  }

  private static String announcement(Forward forward) {
    return switch (forward) {
      case Forward.Fixed fixed -> fixed.listen() + " to " + fixed.target();
      case Forward.Rendezvous both -> both.first() + " with " + both.second();
    };
  }

  private static String announcement(ListenerOptions listener) {
    return switch (listener.address()) {
      case ListenAddress.Inet tcp -> (listener.tls() == null ? "http://" : "https://") + tcp;
      case ListenAddress.Unix unix -> unix.toString();
    };
  }

  private static String demoProxy(Detour server) {
    return server.listeners().stream()
        .map(ListenerOptions::address)
        .filter(ListenAddress.Inet.class::isInstance)
        .findFirst()
        .orElseThrow()
        .toString();
  }

  private static int drain(Detour server, String signal, Duration drainTimeout)
      throws InterruptedException {
    logger.info(
        "{}: no new clients, tunnels have {} to end", signal, DurationText.of(drainTimeout));
    return server.drain(drainTimeout);
  }

  private static void logStopped(int left) {
    if (left > 0) {
      logger.warn("stopped with {} still connected", left == 1 ? "1 client" : left + " clients");
    } else {
      logger.info("stopped");
    }
  }

  static final class ModeConverter implements ITypeConverter<Mode> {
    @Override
    public Mode convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "enforce" -> Mode.ENFORCE;
        case "report" -> Mode.REPORT;
        case "off" -> Mode.OFF;
        default ->
            throw new TypeConversionException(
                "'" + text + "' is no mode (expected: enforce, report or off)");
      };
    }
  }
}
