package io.detour.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.detour.cli.RuleFlags.ChosenRules;
import io.detour.config.Configuration;
import io.detour.core.Host;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.ops.certificates.Prober;
import io.detour.rules.RuleSet;
import io.detour.rules.generate.ChromiumRules;
import io.detour.rules.generate.CorednsRewrites;
import io.detour.rules.generate.DnsmasqConfiguration;
import io.detour.rules.generate.Generated;
import io.detour.rules.generate.HostsFile;
import io.detour.rules.generate.NameRules;
import io.detour.rules.generate.NginxMap;
import io.detour.rules.generate.PacFile;
import io.detour.rules.generate.PacOptions;
import io.detour.rules.generate.PacProxy;
import io.detour.rules.generate.RuleTranslation;
import io.detour.rules.generate.TargetNames;
import io.detour.rules.lint.RuleReview;
import io.detour.server.serve.AutoConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code detour generate}: the rules in the language of another system. */
@Command(
    name = "generate",
    description = {
      "Writes the rules in the language of another system: for browsers, name servers, nginx.",
      "What that system cannot do is noted in comments and on standard error."
    },
    exitCodeList = {
      "0:written; there may be notes",
      "1:the rules have problems, or the file cannot be written",
      "2:wrong usage"
    })
public final class GenerateCommand extends Verb {
  /** Each lookup ends by itself. */
  private static final Duration NO_LIMIT = Duration.ofDays(1);

  private enum Format {
    PAC,
    HOSTS,
    DNSMASQ,
    COREDNS,
    CHROMIUM,
    NGINX_MAP;

    /** Whether the system knows no names of targets. */
    boolean needsAddresses() {
      return this == HOSTS || this == DNSMASQ;
    }

    /** As the command line has it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final class FormatConverter implements ITypeConverter<Format> {
    @Override
    public Format convert(String text) {
      List<Format> all = List.of(Format.values());
      return all.stream()
          .filter(format -> format.toString().equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'" + text + "' is no format (expected: " + joined(all) + ")"));
    }
  }

  @Parameters(
      paramLabel = "FORMAT",
      converter = FormatConverter.class,
      description = "pac, hosts, dnsmasq, coredns, chromium or nginx-map.")
  private Format format = Format.PAC;

  @Mixin private RuleFlags flags = new RuleFlags();

  @Option(
      names = "--proxy",
      paramLabel = "PROXY",
      description =
          "pac: where browsers reach Detour: HOST:PORT or \"HTTPS HOST:PORT\"; several are tried in"
              + " order (default: pac.proxies of the configuration, else its first listener for"
              + " browsers).")
  private List<String> proxies = List.of();

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
    requireUse("--proxy", !proxies.isEmpty(), format == Format.PAC);
    requireUse("--resolve", resolve, format.needsAddresses());
    ChosenRules chosen = flags.read();
    return switch (chosen.review()) {
      case RuleReview.Refused refused ->
          fail(refused.problems(), "the rules have problems, so nothing was written");
      case RuleReview.Accepted accepted -> write(generate(chosen, accepted.rules()));
    };
  }

  private void requireUse(String option, boolean given, boolean used) {
    if (given && !used) {
      throw wrongUsage(option + " has no meaning for " + format);
    }
  }

  private Generated generate(ChosenRules chosen, RuleSet read) throws InterruptedException {
    String source = chosen.paths().isEmpty() ? "no rule files" : joined(chosen.paths());
    NameRules rules = RuleTranslation.of(read, source, Instant.now());
    return switch (format) {
      case PAC -> PacFile.of(rules, pac(chosen.configuration()));
      case HOSTS -> HostsFile.of(rules, addresses(rules, chosen.configuration()));
      case DNSMASQ -> DnsmasqConfiguration.of(rules, addresses(rules, chosen.configuration()));
      case COREDNS -> CorednsRewrites.of(rules);
      case CHROMIUM -> ChromiumRules.of(rules);
      case NGINX_MAP -> NginxMap.of(rules);
    };
  }

  private static String joined(List<?> parts) {
    return parts.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  private PacOptions pac(Configuration configuration) {
    PacOptions configured = configuration.pac();
    if (!proxies.isEmpty()) {
      return new PacOptions(proxies.stream().map(this::proxy).toList(), configured.otherwise());
    }
    if (!configured.proxies().isEmpty()) {
      return configured;
    }
    PacProxy listener = AutoConfig.forBrowsers(configuration.listen(), null);
    if (listener == null) {
      throw wrongUsage(
          "the configuration does not say where browsers reach Detour (expected: --proxy"
              + " HOST:PORT)");
    }
    return configured.orListener(listener);
  }

  private PacProxy proxy(String text) {
    return switch (PacProxy.parse(text)) {
      case Parsed.Value(PacProxy proxy) -> proxy;
      case Parsed.Malformed(String problem) ->
          throw wrongUsage(
              "--proxy " + text + ": " + problem + " (expected: " + PacProxy.EXPECTED + ")");
    };
  }

  private Map<Host, List<InetAddress>> addresses(NameRules rules, Configuration configuration)
      throws InterruptedException {
    if (!resolve) {
      return Map.of();
    }
    Prober.HostAddresses lookup =
        Prober.addresses(TargetNames.of(rules), configuration.dialOptions(), NO_LIMIT);
    lookup.failures().forEach(this::report);
    return lookup.addresses();
  }

  private int write(Generated generated) {
    generated.notes().forEach(note -> report(note.toString()));
    if (output == null) {
      out().print(generated.text());
      out().flush();
      return 0;
    }
    try {
      replace(output, generated.text());
      return 0;
    } catch (IOException e) {
      return fail(Printable.escaped(output + ": cannot be written: " + e.getMessage()));
    }
  }

  /**
   * Replaces a file as a whole: readers see the old content or the new one. A symbolic link stays
   * one, and permissions stay as they are. What is no file, such as {@code /dev/stdout}, is written
   * to.
   *
   * @throws IOException with a reason that names no file, if nothing was written
   */
  private static void replace(Path path, String text) throws IOException {
    try {
      Path file = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
      if (Files.isDirectory(file)) {
        throw new IOException("it is a folder");
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        Files.writeString(path, text, WRITE);
      } else {
        move(file, text);
      }
    } catch (NoSuchFileException e) {
      throw new IOException("there is no such folder", e);
    } catch (FileSystemException e) {
      throw new IOException(
          e.getReason() == null ? e.getClass().getSimpleName() : e.getReason(), e);
    }
  }

  private static void move(Path file, String text) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      Files.writeString(temporary, text, UTF_8, CREATE_NEW, WRITE);
      if (Files.exists(file)) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        Files.setPosixFilePermissions(temporary, permissions);
      }
      Files.move(temporary, file, ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
