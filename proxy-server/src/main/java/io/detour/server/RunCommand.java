package io.detour.server;

import io.detour.core.relay.RelayMode;
import io.detour.rules.RuleSet;
import io.detour.rules.document.Problem;
import io.detour.rules.yaml.RuleFile;
import io.detour.server.demo.DemoBanner;
import io.detour.server.demo.DemoOrigin;
import io.detour.server.listen.ListenAddress;
import io.detour.server.observe.LogOutput;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code detour run}: serves until it is told to stop. */
@Command(
    name = "run",
    description = "Serves: accepts clients, rewrites legacy names, relays.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:stopped", "1:could not start", "2:wrong usage"},
    footer = {
      "",
      "SIGTERM or SIGINT stops accepting, lets the tunnels end, and exits; a second one exits at"
          + " once."
    })
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("detour");
  private static final Path DEFAULT_RULES = Path.of("rules.yaml");
  private static final String EXAMPLE_RULES = "rules.example.yaml";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      split = ",",
      defaultValue = "127.0.0.1:3128",
      converter = ListenConverter.class,
      description =
          "Where clients are accepted; may be given several times. Port 0 takes any free one"
              + " (default: ${DEFAULT-VALUE}).")
  private List<ListenAddress> listen = List.of();

  @Option(
      names = "--admin-listen",
      paramLabel = "ADDRESS:PORT",
      defaultValue = "127.0.0.1:3129",
      converter = ListenConverter.class,
      description = "Where /metrics, /healthz and /readyz are (default: ${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private ListenAddress adminListen;

  @Option(
      names = "--rules",
      paramLabel = "FILE",
      description = "The rule file (default: rules.yaml if there is one, else no rules).")
  private @Nullable Path rules;

  @Option(
      names = "--relay",
      paramLabel = "auto|splice|copy",
      defaultValue = "auto",
      converter = RelayConverter.class,
      description = "Which path the bytes take (default: ${DEFAULT-VALUE}).")
  private RelayMode relay = RelayMode.AUTO;

  @Option(
      names = "--drain-timeout",
      paramLabel = "DURATION",
      defaultValue = "30s",
      converter = DurationConverter.class,
      description = "How long tunnels may take to end on a stop (default: ${DEFAULT-VALUE}).")
  private Duration drainTimeout = Duration.ofSeconds(30);

  @Option(
      names = "--demo",
      description =
          "Also starts a demo origin, uses the example rules, and prints curl lines to try.")
  private boolean demo;

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

  @Override
  public Integer call() throws InterruptedException {
    requireLoopback();
    RuleFile.Loaded loaded = loadRules();
    if (loaded == null) {
      return 1;
    }
    StopSignals signals = StopSignals.listen();
    try (DemoOrigin origin = demo ? DemoOrigin.start() : null;
        DetourServer server = DetourServer.start(options(loaded.rules(), origin))) {
      announce(server, origin, loaded.rules());
      stop(server, signals.await());
      return 0;
    } catch (IOException e) {
      spec.commandLine().getErr().println("detour: " + e.getMessage());
      return 1;
    } finally {
      LogOutput.flush();
    }
  }

  /** There are no access lists yet, so whoever can reach a listener can use the proxy. */
  private void requireLoopback() {
    for (ListenAddress address : listen) {
      if (!address.address().isLoopbackAddress()) {
        throw new ParameterException(
            spec.commandLine(),
            "--listen "
                + NetUtil.toSocketAddressString(address.socketAddress())
                + ": would be an open proxy, since this version has no access lists (expected: a"
                + " loopback address)");
      }
    }
  }

  private RuleFile.@Nullable Loaded loadRules() {
    if (demo && rules == null) {
      return report(RuleFile.parse(EXAMPLE_RULES, exampleRules()));
    }
    if (rules == null && !Files.exists(DEFAULT_RULES)) {
      LOG.info("no rules: there is no {}", DEFAULT_RULES);
      return new RuleFile.Loaded(RuleSet.empty(), List.of());
    }
    return report(RuleFile.load(rules == null ? DEFAULT_RULES : rules));
  }

  /** A file whose own tests fail would do what its author did not mean. */
  private RuleFile.@Nullable Loaded report(RuleFile file) {
    List<Problem> problems =
        switch (file) {
          case RuleFile.Loaded loaded -> loaded.failures();
          case RuleFile.Rejected rejected -> rejected.problems();
        };
    if (problems.isEmpty() && file instanceof RuleFile.Loaded loaded) {
      return loaded;
    }
    PrintWriter err = spec.commandLine().getErr();
    problems.forEach(err::println);
    err.println("detour: the rules have problems, so nothing was started");
    return null;
  }

  private static String exampleRules() {
    try (InputStream in = RunCommand.class.getResourceAsStream(EXAMPLE_RULES)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + EXAMPLE_RULES);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(EXAMPLE_RULES, e);
    }
  }

  private ServerOptions options(RuleSet ruleSet, @Nullable DemoOrigin origin) {
    ServerOptions defaults = ServerOptions.defaults();
    return defaults
        .withListen(listen, adminListen)
        .withRules(ruleSet)
        .withRelay(defaults.relay().withMode(relay))
        .withDial(origin == null ? defaults.dial() : defaults.dial().withHosts(origin.hosts()));
  }

  private void announce(DetourServer server, @Nullable DemoOrigin origin, RuleSet ruleSet) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Detour " + Version.build().version() + " is ready");
    for (InetSocketAddress address : server.addresses()) {
      out.println("  proxy   http://" + NetUtil.toSocketAddressString(address));
    }
    String admin = NetUtil.toSocketAddressString(server.adminAddress());
    out.println("  admin   http://" + admin + "/metrics");
    if (origin != null) {
      String proxy = NetUtil.toSocketAddressString(server.addresses().getFirst());
      out.println();
      out.print(DemoBanner.of(proxy, admin, origin).text());
    }
    out.flush();
    LOG.info(
        "serving on {}, admin on {}, {} rules, relay {}",
        server.addresses().stream().map(NetUtil::toSocketAddressString).toList(),
        admin,
        ruleSet.rules().size(),
        relay.name().toLowerCase(Locale.ROOT));
  }

  private void stop(DetourServer server, String signal) throws InterruptedException {
    LOG.info("{}: no new clients, tunnels have {} s to end", signal, drainTimeout.toSeconds());
    int left = server.drain(drainTimeout);
    if (left > 0) {
      LOG.warn("stopped with {} still connected", left == 1 ? "1 client" : left + " clients");
    } else {
      LOG.info("stopped");
    }
  }
}
