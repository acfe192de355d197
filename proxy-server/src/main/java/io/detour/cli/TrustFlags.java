package io.detour.cli;

import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.core.Parsed;
import io.detour.ops.certificates.Probe;
import io.detour.ops.certificates.Prober;
import io.detour.ops.certificates.TrustRoots;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whose certificates are trusted when targets are tried out. */
final class TrustFlags {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it before the call
  private CommandSpec spec;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      split = ",",
      description =
          "With --tls: certificates to trust beside those of Java, of the system and of"
              + " certificates.trust, in PEM; may be given several times.")
  private List<Path> authorities = List.of();

  /**
   * Resolves and connects as a server with a configuration does, and gives a handshake the time of
   * a connection.
   *
   * @return null if the certificates to trust cannot be read; standard error says why
   */
  @Nullable Prober prober(Configuration configuration, Probe.Depth depth) {
    return switch (depth == Probe.Depth.TLS
        ? TrustRoots.load(
            Stream.concat(
                    configuration.get(ConfigurationKey.CERTIFICATES_TRUST).stream(),
                    authorities.stream())
                .toList())
        : Parsed.of(new TrustRoots(Set.of()))) {
      case Parsed.Value(TrustRoots roots) ->
          new Prober(
              configuration.dialOptions(),
              roots,
              configuration.get(ConfigurationKey.TIMEOUT_CONNECT),
              Clock.systemUTC());
      case Parsed.Malformed(String problem) -> {
        spec.commandLine().getErr().println(problem);
        yield null;
      }
    };
  }
}
