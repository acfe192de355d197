package io.detour.server.dial;

import io.detour.server.access.DestinationPolicy;
import io.detour.server.dns.DnsOptions;
import io.detour.server.parse.http.ViaField;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How targets are resolved and connected to. Immutable; any thread.
 *
 * @param dns how names are resolved; {@code destinations} does not judge its static hosts
 * @param connectTimeout the longest one address is tried: 1 ms to 1 h
 * @param destinations which addresses may be connected to
 * @param parents the parent proxies by their names, in the order of the configuration
 * @param via what this proxy calls itself in {@code Via} when it asks an HTTP parent (RFC 9110
 *     7.6.3), or null to send no such field
 */
public record DialOptions(
    DnsOptions dns,
    Duration connectTimeout,
    DestinationPolicy destinations,
    Map<String, Parent> parents,
    @Nullable ViaField via) {
  /**
   * @throws IllegalArgumentException if the timeout is out of range
   */
  public DialOptions {
    DnsOptions.requireTimeout("connectTimeout", connectTimeout, Duration.ofMillis(1));
    parents = Collections.unmodifiableMap(new LinkedHashMap<>(parents));
  }

  /** The same with another policy. */
  public DialOptions withDestinations(DestinationPolicy other) {
    return new DialOptions(dns, connectTimeout, other, parents, via);
  }

  /** The same under a name for this proxy, or none. */
  public DialOptions withVia(@Nullable ViaField other) {
    return new DialOptions(dns, connectTimeout, destinations, parents, other);
  }
}
