package io.detour.ops.certificates;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.server.dial.DialOptions;
import io.detour.server.dns.Resolution;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The addresses of many hosts. Immutable.
 *
 * @param addresses of those that have some, in the order in which they are tried
 * @param failures a line for each of the others, fit for a terminal
 */
public record TargetLookup(Map<Host, List<InetAddress>> addresses, List<String> failures) {
  /** So many are looked up at once. */
  private static final int AT_ONCE = 16;

  /** A lookup needs no port, but has one. */
  private static final int ANY_PORT = 443;

  public TargetLookup {
    addresses = Map.copyOf(addresses);
    failures = List.copyOf(failures);
  }

  /**
   * Looks hosts up as the proxy does, and waits for all answers.
   *
   * @param hosts each once
   * @param options how the proxy resolves
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public static TargetLookup of(Collection<Host> hosts, DialOptions options)
      throws InterruptedException {
    Map<Host, Future<Resolution>> answers = new LinkedHashMap<>();
    try (Prober prober =
            new Prober(
                options, new TrustRoots(Set.of()), Duration.ofSeconds(1), Clock.systemUTC());
        ExecutorService threads =
            Executors.newFixedThreadPool(AT_ONCE, new DefaultThreadFactory("lookup", true))) {
      for (Host host : hosts) {
        answers.put(host, threads.submit(() -> lookUp(prober, host)));
      }
      return collect(answers);
    }
  }

  private static Resolution lookUp(Prober prober, Host host) throws InterruptedException {
    Probe probe = new Probe(new HostPort(host, ANY_PORT), null, Set.of(), host, ProbeDepth.RESOLVE);
    return Objects.requireNonNull(prober.probe(probe).lookup()).answer();
  }

  private static TargetLookup collect(Map<Host, Future<Resolution>> answers)
      throws InterruptedException {
    Map<Host, List<InetAddress>> addresses = new LinkedHashMap<>();
    List<String> failures = new ArrayList<>();
    for (Map.Entry<Host, Future<Resolution>> entry : answers.entrySet()) {
      switch (answer(entry.getValue())) {
        case Resolution.Addresses(List<InetAddress> inOrder) ->
            addresses.put(entry.getKey(), inOrder);
        case Resolution.Unresolved unresolved ->
            failures.add(entry.getKey() + ": " + unresolved.details());
      }
    }
    return new TargetLookup(addresses, failures);
  }

  private static Resolution answer(Future<Resolution> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a lookup failed", e.getCause());
    }
  }
}
