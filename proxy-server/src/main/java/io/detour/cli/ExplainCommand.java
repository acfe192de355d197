package io.detour.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationFile;
import io.detour.config.ConfigurationKey;
import io.detour.core.Address;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.ops.certificates.Probe;
import io.detour.ops.certificates.Prober;
import io.detour.ops.explain.ExplanationJson;
import io.detour.ops.explain.ExplanationText;
import io.detour.ops.explain.FullExplanation;
import io.detour.rules.RuleSet;
import io.detour.rules.condition.Request;
import io.detour.rules.document.TimeText;
import io.detour.rules.file.RuleFiles;
import io.detour.server.decide.RuleSource;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code detour explain}: what the rules do with a request, and why. The rules need only be
 * readable: their tests are not run, and lint is not asked.
 */
@Command(
    name = "explain",
    description = {
      "Says which rule a request would match, every rule passed over and why, and what the client"
          + " would get.",
      "With --resolve, --connect or --tls the targets are tried out, too."
    },
    exitCodeList = {
      "0:explained, and all that was tried out went well",
      "1:a file has a problem, a target does not answer, or its certificate would be refused",
      "2:wrong usage, or no host"
    })
final class ExplainCommand extends Verb {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @Parameters(
      paramLabel = "HOST[:PORT]",
      description = "What a client would ask for, or a URL of it. Port 443 if there is none.")
  private String asked = "";

  @Option(
      names = "--client",
      paramLabel = "IP",
      converter = ClientConverter.class,
      description = "The client's address (default: not known).")
  private @Nullable Address client;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description = "The name of the client's user (default: not known).")
  private @Nullable String user;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "When, in local time: 2027-03-31 or 2027-03-31T10:05 (default: now).")
  private @Nullable Long epochSecond;

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
      description =
          "The configuration file: rules, access, timeouts and parent proxies (default: none).")
  private @Nullable Path config;

  @Option(names = "--resolve", description = "Looks the addresses of the targets up.")
  private boolean resolve;

  @Option(names = "--connect", description = "Connects to the targets, too.")
  private boolean connect;

  @Option(
      names = "--tls",
      description = "Shakes hands, too: does the target's certificate cover the asked name?")
  private boolean tls;

  @Mixin private TrustFlags trust = new TrustFlags();

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description =
          "Asks the running Detour with this admin interface instead, by its rules in force; prints"
              + " JSON.")
  private @Nullable String admin;

  @Option(names = "--json", description = "One JSON object instead of text.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    PastedHost pasted = PastedHost.of(asked);
    return switch (pasted.hostPort()) {
      case Parsed.Malformed(String problem) -> {
        String text = Printable.quoted(pasted.written());
        err().println(text + " is not HOST or HOST:PORT: " + problem + ".");
        yield 2;
      }
      case Parsed.Value(HostPort hostPort) when admin != null && isGiven("--admin") ->
          askRunning(hostPort, admin);
      case Parsed.Value(HostPort hostPort) ->
          switch (configuration(config)) {
            case ConfigurationFile.Rejected rejected -> fail(rejected.problems());
            case ConfigurationFile.Loaded(Configuration file) -> explain(hostPort, file);
          };
    };
  }

  /** What a running Detour says, with the rules that are in force there. */
  private int askRunning(HostPort hostPort, String running) throws InterruptedException {
    if (isGiven("--rules") || isGiven("--config") || epochSecond != null || depth() != null) {
      throw wrongUsage("--admin: a running Detour is asked (expected: only --client and --user)");
    }
    String query = "/explain?host=" + URLEncoder.encode(hostPort.toString(), UTF_8);
    if (client != null) {
      query += "&client=" + URLEncoder.encode(client.toString(), UTF_8);
    }
    if (user != null) {
      query += "&user=" + URLEncoder.encode(user, UTF_8);
    }
    return print(new AdminClient(adminAddress(running)).get(query));
  }

  private int explain(HostPort hostPort, Configuration configuration) throws InterruptedException {
    ZoneId zone = ZoneId.systemDefault();
    RuleSource source = rules == null ? configuration.rules() : new RuleSource.Listed(rules);
    return switch (readRules(source, zone)) {
      case RuleFiles.Rejected rejected -> fail(rejected.problems());
      case RuleFiles.Loaded loaded -> explain(hostPort, configuration, loaded.rules(), zone);
    };
  }

  private RuleFiles readRules(RuleSource source, ZoneId zone) {
    return switch (source) {
      case RuleSource.Listed(List<Path> paths) -> RuleFiles.load(paths, zone);
      case RuleSource.IfPresent(Path path) when Files.exists(path) ->
          RuleFiles.load(List.of(path), zone);
      case RuleSource.IfPresent(Path path) -> {
        String name = Printable.escaped(path.toString());
        report("there is no " + name + " here, so there are no rules");
        yield RuleFiles.Loaded.none();
      }
    };
  }

  private int explain(HostPort hostPort, Configuration configuration, RuleSet ruleSet, ZoneId zone)
      throws InterruptedException {
    long time = epochSecond == null ? Instant.now().getEpochSecond() : epochSecond;
    FullExplanation explained =
        FullExplanation.of(
            PastedHost.of(asked).written(),
            ruleSet.explain(new Request(hostPort, client, user, time)),
            zone,
            configuration.access(),
            configuration.get(ConfigurationKey.PARENTS));
    Probe.Depth depth = depth();
    if (depth != null) {
      try (Prober prober = trust.prober(configuration, depth)) {
        if (prober == null) {
          return 1;
        }
        explained = explained.withReports(depth, prober.probeAll(explained.probes(depth), LIMIT));
      }
    }
    print(explained);
    return explained.isGood() ? 0 : 1;
  }

  private Probe.@Nullable Depth depth() {
    if (tls) {
      return Probe.Depth.TLS;
    }
    return connect ? Probe.Depth.CONNECT : resolve ? Probe.Depth.RESOLVE : null;
  }

  private void print(FullExplanation explained) {
    if (json) {
      out().println(ExplanationJson.of(explained));
    } else {
      ExplanationText.of(explained).forEach(out()::println);
    }
    out().flush();
  }

  static final class ClientConverter implements ITypeConverter<Address> {
    @Override
    public Address convert(String text) {
      if (Host.parse(text) instanceof Parsed.Value(Host host) && host.isAddress()) {
        return Address.of(host);
      }
      throw new TypeConversionException(Printable.quoted(text) + " (expected: an IP address)");
    }
  }

  static final class TimeConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      return TimeText.parse(text, ZoneId.systemDefault())
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      Printable.quoted(text) + " (expected: " + TimeText.EXPECTED + ")"));
    }
  }
}
