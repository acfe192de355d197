package io.detour.rules.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.detour.LoopbackPort;
import io.detour.Tool;
import io.detour.config.Configuration;
import io.detour.config.ConfigurationKey;
import io.detour.config.Configurations;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.ops.certificates.Probe;
import io.detour.ops.certificates.Prober;
import io.detour.ops.certificates.TrustRoots;
import io.detour.server.dns.Resolution;
import io.detour.server.dns.ScriptedDnsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Asks a real dnsmasq what a generated configuration makes of names. */
public final class RunningDnsmasq {
  /** The address of a name that dnsmasq asks for elsewhere. */
  public static final String LEFT_ALONE = "192.0.2.250";

  /** What there is instead of an address. */
  public static final String NOWHERE = "NXDOMAIN";

  private RunningDnsmasq() {}

  /**
   * Runs dnsmasq above a server that has the same address for every name; skips the test without
   * dnsmasq.
   *
   * @return by host the first address, or what there is instead
   */
  public static Map<Host, String> answers(Path folder, String configuration, List<Host> hosts)
      throws Exception {
    Tool dnsmasq = Tool.ofPackage("dnsmasq", "dnsmasq-base");
    int port = LoopbackPort.free();
    try (ScriptedDnsServer upstream = ScriptedDnsServer.start()) {
      hosts.forEach(host -> upstream.answer(host.name(), LEFT_ALONE));
      upstream.answer("is-it-up", LEFT_ALONE);
      Path file = Files.writeString(folder.resolve("dnsmasq.conf"), configuration);
      Process process =
          dnsmasq.start(
              folder.resolve("dnsmasq.out"),
              "--keep-in-foreground",
              "--conf-file=" + file,
              "--port=" + port,
              "--listen-address=127.0.0.1",
              "--bind-interfaces",
              "--no-resolv",
              "--no-hosts",
              "--pid-file=",
              "--user=",
              "--server=127.0.0.1#" + upstream.address().getPort());
      try (Prober prober = prober(port)) {
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> ask(prober, Example.host("is-it-up")).equals(LEFT_ALONE));
        Map<Host, String> answers = new HashMap<>();
        for (Host host : hosts) {
          answers.put(host, ask(prober, host));
        }
        return answers;
      } finally {
        process.destroy();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private static Prober prober(int port) {
    Configuration options =
        Configurations.open()
            .with(
                ConfigurationKey.RESOLVER_SERVERS,
                List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port)));
    return new Prober(
        options.dialOptions(), new TrustRoots(Set.of()), Duration.ofSeconds(1), Clock.systemUTC());
  }

  private static String ask(Prober prober, Host host) throws InterruptedException {
    Probe probe = new Probe(new HostPort(host, 443), null, Set.of(), host, Probe.Depth.RESOLVE);
    return switch (Objects.requireNonNull(prober.probe(probe).lookup()).answer()) {
      case Resolution.Addresses(List<InetAddress> addresses) ->
          addresses.getFirst().getHostAddress();
      case Resolution.Unresolved unresolved -> String.valueOf(unresolved.rcode());
    };
  }
}
