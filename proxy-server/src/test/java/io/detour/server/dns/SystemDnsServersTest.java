package io.detour.server.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.resolver.dns.DnsServerAddressStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemDnsServersTest {
  @TempDir Path folder;

  @Test
  void theServersOfTheFileAreAskedInOrder() throws IOException {
    assertThat(servers("search example.com\nnameserver 192.0.2.53\nnameserver 2001:db8::53\n"))
        .containsExactly(server("192.0.2.53"), server("2001:db8::53"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "search example.com\n", "# nameserver 192.0.2.53\n"})
  void withoutAServerTheOneOnThisMachineIsAsked(String text) throws IOException {
    assertThat(servers(text)).containsExactly(server("127.0.0.1"));
  }

  @Test
  void withoutAFileTheServerOnThisMachineIsAsked() {
    assertThat(servers(folder.resolve("missing"))).containsExactly(server("127.0.0.1"));
  }

  private List<InetSocketAddress> servers(String text) throws IOException {
    return servers(Files.writeString(folder.resolve("resolv.conf"), text));
  }

  private static List<InetSocketAddress> servers(Path file) {
    DnsServerAddressStream servers =
        new Resolvers.SystemDnsServers(file.toFile()).nameServerAddressStream("web.test");
    return IntStream.range(0, servers.size()).mapToObj(i -> servers.next()).toList();
  }

  private static InetSocketAddress server(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 53);
  }
}
