package io.detour.server.dial;

import io.detour.core.Host;
import io.detour.server.access.DestinationPolicy;
import io.detour.server.dns.DnsOptions;
import io.detour.server.dns.Ipv6;
import io.detour.server.parse.http.ViaField;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How targets are resolved and connected to. Immutable; any thread.
 *
 * @param dns how names are resolved; {@code destinations} does not judge its static hosts
 * @param connectTimeout the longest one address is tried: 1 ms to 1 h
 * @param destinations which addresses may be connected to
 * @param parents the parent proxies by their names, in the order of the configuration
 * @param pseudonym what this proxy calls itself in {@code Via} when it asks an HTTP parent (RFC
 *     9110 7.6.3), or null to send no such field
 */
public record DialOptions(
    DnsOptions dns,
    Duration connectTimeout,
    DestinationPolicy destinations,
    Map<String, Parent> parents,
    @Nullable ViaField pseudonym) {
  /**
   * @throws IllegalArgumentException if the timeout is out of range
   */
  public DialOptions {
    DnsOptions.requireTimeout("connectTimeout", connectTimeout, Duration.ofMillis(1));
    parents = Collections.unmodifiableMap(new LinkedHashMap<>(parents));
  }

  /**
   * 5 s for DNS, 10 s for an address, the system's servers, IPv6 first, every address permitted; no
   * static host, search domain, parent or pseudonym.
   */
  public static DialOptions defaults() {
    return new DialOptions(
        new DnsOptions(Duration.ofSeconds(5), List.of(), Map.of(), false, Ipv6.PREFER),
        Duration.ofSeconds(10),
        DestinationPolicy.everything(),
        Map.of(),
        null);
  }

  /** {@link DnsOptions#timeout}. */
  public Duration dnsTimeout() {
    return dns.timeout();
  }

  /** The same with another DNS timeout. */
  public DialOptions withDnsTimeout(Duration other) {
    return with(new DnsOptions(other, dns.servers(), dns.hosts(), dns.search(), dns.ipv6()));
  }

  /** The same with other DNS servers. */
  public DialOptions withDnsServers(List<InetSocketAddress> other) {
    return with(new DnsOptions(dns.timeout(), other, dns.hosts(), dns.search(), dns.ipv6()));
  }

  /** The same with other static hosts. */
  public DialOptions withHosts(Map<Host, List<InetAddress>> other) {
    return with(new DnsOptions(dns.timeout(), dns.servers(), other, dns.search(), dns.ipv6()));
  }

  /** The same with search domains or without. */
  public DialOptions withSearch(boolean other) {
    return with(new DnsOptions(dns.timeout(), dns.servers(), dns.hosts(), other, dns.ipv6()));
  }

  /** The same with another use of IPv6. */
  public DialOptions withIpv6(Ipv6 other) {
    return with(new DnsOptions(dns.timeout(), dns.servers(), dns.hosts(), dns.search(), other));
  }

  private DialOptions with(DnsOptions other) {
    return new DialOptions(other, connectTimeout, destinations, parents, pseudonym);
  }

  /** The same with another connect timeout. */
  public DialOptions withConnectTimeout(Duration other) {
    return new DialOptions(dns, other, destinations, parents, pseudonym);
  }

  /** The same with another policy. */
  public DialOptions withDestinations(DestinationPolicy other) {
    return new DialOptions(dns, connectTimeout, other, parents, pseudonym);
  }

  /** The same with other parent proxies. */
  public DialOptions withParents(Map<String, Parent> other) {
    return new DialOptions(dns, connectTimeout, destinations, other, pseudonym);
  }

  /** The same under a name for this proxy. */
  public DialOptions withPseudonym(ViaField other) {
    return new DialOptions(dns, connectTimeout, destinations, parents, other);
  }
}
