package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.ops.certificates.TargetLookup;
import io.detour.rules.Printable;
import io.detour.rules.RuleSet;
import io.detour.rules.generate.ChromiumRules;
import io.detour.rules.generate.CorednsRewrites;
import io.detour.rules.generate.DnsmasqConfiguration;
import io.detour.rules.generate.Generated;
import io.detour.rules.generate.HostsFile;
import io.detour.rules.generate.NameRules;
import io.detour.rules.generate.NginxMap;
import io.detour.rules.generate.PacFile;
import io.detour.rules.generate.RuleTranslation;
import io.detour.rules.generate.TargetNames;
import io.detour.rules.lint.RuleReview;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code detour generate}: the rules in the language of another system.
 *
 * <p>What the other system does differently is noted in the text as comments, and on standard
 * error.
 */
@Command(
    name = "generate",
    description = {
      "Writes the rules in the language of another system: for browsers, name servers, nginx.",
      "What that system cannot do is noted in comments and on standard error."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:written; there may be notes",
      "1:the rules have problems, or the file cannot be written",
      "2:wrong usage"
    })
public final class GenerateCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Parameters(
      paramLabel = "FORMAT",
      converter = GeneratedFormat.Converter.class,
      description = "pac, hosts, dnsmasq, coredns, chromium or nginx-map.")
  private GeneratedFormat format = GeneratedFormat.PAC;

  @Mixin private RuleFlags flags = new RuleFlags();

  @Option(
      names = "--proxy",
      paramLabel = "HOST:PORT",
      description =
          "pac: where browsers reach Detour (default: the first address that the configuration"
              + " listens on).")
  private @Nullable String proxy;

  @Option(
      names = "--resolve",
      description =
          "hosts, dnsmasq: look up the addresses of targets that are names; without it their rules"
              + " are only noted.")
  private boolean resolve;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Replaces a file, as a whole or not at all (default: standard output).")
  private @Nullable Path output;

  @Override
  public Integer call() throws InterruptedException {
    requireUse("--proxy", proxy != null, format == GeneratedFormat.PAC);
    requireUse("--resolve", resolve, format.needsAddresses());
    RuleFlags.ChosenRules chosen = flags.read();
    return switch (chosen.review()) {
      case RuleReview.Refused refused -> {
        refused.problems().forEach(spec.commandLine().getErr()::println);
        report("the rules have problems, so nothing was written");
        yield 1;
      }
      case RuleReview.Accepted accepted -> write(generate(chosen, accepted.rules()));
    };
  }

  private void requireUse(String option, boolean given, boolean used) {
    if (given && !used) {
      throw new ParameterException(spec.commandLine(), option + " has no meaning for " + format);
    }
  }

  private Generated generate(RuleFlags.ChosenRules chosen, RuleSet read)
      throws InterruptedException {
    NameRules rules = RuleTranslation.of(read, source(chosen.paths()), Instant.now());
    return switch (format) {
      case PAC -> PacFile.of(rules, proxy(chosen.configuration()), false);
      case HOSTS -> HostsFile.of(rules, addresses(rules, chosen.configuration()));
      case DNSMASQ -> DnsmasqConfiguration.of(rules, addresses(rules, chosen.configuration()));
      case COREDNS -> CorednsRewrites.of(rules);
      case CHROMIUM -> ChromiumRules.of(rules);
      case NGINX_MAP -> NginxMap.of(rules);
    };
  }

  private static String source(List<Path> paths) {
    return paths.isEmpty()
        ? "no rule files"
        : paths.stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  private HostPort proxy(Configuration configuration) {
    if (proxy != null) {
      return hostPort("--proxy " + proxy, proxy);
    }
    List<ListenerOptions> listen = configuration.listen();
    if (listen.isEmpty()
        || !(listen.getFirst().address() instanceof ListenAddress.Inet first)
        || first.port() == 0
        || first.address().isAnyLocalAddress()) {
      throw new ParameterException(
          spec.commandLine(),
          "the configuration does not say where browsers reach Detour (expected: --proxy"
              + " HOST:PORT)");
    }
    return hostPort(first.toString(), first.toString());
  }

  private HostPort hostPort(String name, String text) {
    return switch (HostPort.parse(text)) {
      case HostPort hostPort -> hostPort;
      case MalformedAuthority malformed ->
          throw new ParameterException(
              spec.commandLine(), name + ": " + malformed.problem() + " (expected: HOST:PORT)");
    };
  }

  private Map<Host, List<InetAddress>> addresses(NameRules rules, Configuration configuration)
      throws InterruptedException {
    if (!resolve) {
      return Map.of();
    }
    TargetLookup lookup = TargetLookup.of(TargetNames.of(rules), configuration.dialOptions());
    lookup.failures().forEach(this::report);
    return lookup.addresses();
  }

  private int write(Generated generated) {
    generated.notes().forEach(note -> report(note.toString()));
    if (output == null) {
      PrintWriter out = spec.commandLine().getOut();
      out.print(generated.text());
      out.flush();
      return 0;
    }
    try {
      ReplacedFile.write(output, generated.text());
      return 0;
    } catch (IOException e) {
      report(Printable.escaped(output + ": cannot be written: " + e.getMessage()));
      return 1;
    }
  }

  private void report(String line) {
    spec.commandLine().getErr().println("detour generate: " + line);
  }
}
