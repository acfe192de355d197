package io.detour.server.listen;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen. Immutable.
 *
 * @param address an IP address
 * @param port 0 for any free one, to 65535
 */
public record ListenAddress(InetAddress address, int port) {
  private static final String EXPECTED =
      " (expected: ADDRESS:PORT with an IP address or localhost, such as 127.0.0.1:3128)";

  /**
   * Reads {@code 127.0.0.1:3128}, {@code [::1]:3128} or {@code localhost:0}.
   *
   * @throws IllegalArgumentException if it is none of these; the message names the text and says
   *     what was expected
   */
  public static ListenAddress parse(String text) {
    // Port 0 is no port to connect to, so HostPort refuses it; here it means any free port.
    boolean anyPort = text.endsWith(":0");
    String readable = anyPort ? text.substring(0, text.length() - 1) + "1" : text;
    return switch (HostPort.parse(readable)) {
      case MalformedAuthority malformed ->
          throw new IllegalArgumentException(text + ": " + malformed.problem() + EXPECTED);
      case HostPort read ->
          new ListenAddress(address(text, read.host()), anyPort ? 0 : read.port());
    };
  }

  private static InetAddress address(String text, Host host) {
    if (host.isAddress()) {
      return InetAddress.ofLiteral(host.name());
    }
    if (host.name().equals("localhost")) {
      return InetAddress.ofLiteral("127.0.0.1");
    }
    throw new IllegalArgumentException(text + ": a name is not looked up" + EXPECTED);
  }

  /**
   * Why clients may not be accepted here, or null if they may. There are no access lists yet, so
   * whoever can reach a listener can use the proxy.
   */
  public @Nullable String refusalForClients() {
    return address.isLoopbackAddress()
        ? null
        : "would be an open proxy, since this version has no access lists (expected: a loopback"
            + " address)";
  }

  /** For binding. */
  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(address, port);
  }
}
