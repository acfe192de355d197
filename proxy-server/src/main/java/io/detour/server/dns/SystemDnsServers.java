package io.detour.server.dns;

import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.resolver.dns.UnixResolverDnsServerAddressStreamProvider;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The DNS servers of {@code resolv.conf}, read again when the last reading is some time old: the
 * servers change when the machine joins another network.
 *
 * <p>Without a server in the file the one on this machine is asked (resolv.conf(5)). Netty's own
 * default would ask a public server instead. Any thread.
 */
final class SystemDnsServers implements DnsServerAddressStreamProvider {
  private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final File file;

  /** Written by the thread that finds it too old; two may do so at once, which is harmless. */
  private volatile Reading reading;

  SystemDnsServers(File file) {
    this.file = file;
    this.reading = read(file);
  }

  @Override
  public DnsServerAddressStream nameServerAddressStream(String hostname) {
    if (System.nanoTime() - reading.nanoTime > REFRESH_NANOS) {
      reading = read(file);
    }
    return reading.servers.nameServerAddressStream(hostname);
  }

  private static Reading read(File file) {
    DnsServerAddressStreamProvider servers;
    try {
      servers = new UnixResolverDnsServerAddressStreamProvider(file);
    } catch (IOException | IllegalArgumentException e) {
      servers =
          new SequentialDnsServerAddressStreamProvider(
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53));
    }
    return new Reading(servers, System.nanoTime());
  }

  private record Reading(DnsServerAddressStreamProvider servers, long nanoTime) {}
}
