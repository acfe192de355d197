package io.detour.server.accept;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where to listen; its text is what {@link #parse} takes. Immutable. */
public sealed interface ListenAddress {
  /**
   * Reads {@code 127.0.0.1:3128}, {@code [::1]:3128}, {@code localhost:0} or {@code
   * unix:/run/detour/proxy.sock}.
   *
   * @throws IllegalArgumentException if it is none of these; the message names the text and says
   *     what was expected
   */
  static ListenAddress parse(String text) {
    return text.startsWith(Unix.PREFIX) ? Unix.parse(text) : Inet.parse(text);
  }

  /**
   * A TCP port.
   *
   * @param address an IP address
   * @param port 0 for any free one, to 65535
   */
  record Inet(InetAddress address, int port) implements ListenAddress {
    private static final String EXPECTED =
        " (expected: ADDRESS:PORT with an IP address or localhost, such as 127.0.0.1:3128)";

    /** Of a socket that is bound. */
    public static Inet of(InetSocketAddress bound) {
      return new Inet(bound.getAddress(), bound.getPort());
    }

    /** As {@link ListenAddress#parse}, but no UNIX socket. */
    public static Inet parse(String text) {
      // Port 0 is no port to connect to, so HostPort refuses it; here it means any free port.
      boolean anyPort = text.endsWith(":0");
      String readable = anyPort ? text.substring(0, text.length() - 1) + "1" : text;
      return switch (HostPort.parse(readable)) {
        case Parsed.Malformed(String problem) ->
            throw new IllegalArgumentException(text + ": " + problem + EXPECTED);
        case Parsed.Value(HostPort read) ->
            new Inet(address(text, read.host()), anyPort ? 0 : read.port());
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

    public InetSocketAddress socketAddress() {
      return new InetSocketAddress(address, port);
    }

    /** {@code 127.0.0.1:3128} or {@code [::1]:3128}. */
    @Override
    public String toString() {
      return NetUtil.toSocketAddressString(socketAddress());
    }
  }

  /**
   * A UNIX domain socket.
   *
   * @param path of its file, absolute, at most 107 bytes (unix(7))
   */
  record Unix(Path path) implements ListenAddress {
    private static final String PREFIX = "unix:";
    private static final int MAX_BYTES = 107;
    private static final String EXPECTED = " (expected: unix:/PATH of at most 107 bytes)";

    private static Unix parse(String text) {
      Path path;
      try {
        path = Path.of(text.substring(PREFIX.length()));
      } catch (InvalidPathException e) {
        throw new IllegalArgumentException(text + ": " + e.getReason() + EXPECTED, e);
      }
      if (!path.isAbsolute() || path.getFileName() == null) {
        throw new IllegalArgumentException(
            text + ": the path does not lead from / to a file" + EXPECTED);
      }
      if (path.toString().getBytes(UTF_8).length > MAX_BYTES) {
        throw new IllegalArgumentException(text + ": the path is too long" + EXPECTED);
      }
      return new Unix(path);
    }

    /** {@code unix:/run/detour/proxy.sock}. */
    @Override
    public String toString() {
      return PREFIX + path;
    }
  }
}
