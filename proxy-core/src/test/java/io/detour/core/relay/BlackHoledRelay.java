package io.detour.core.relay;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A relay with a client in a network namespace of its own. Prints {@code open} when a byte has gone
 * there and back; each line that it then reads makes the client send 1,000 bytes; prints the reason
 * when the tunnel has ended.
 *
 * <p>Arguments: the mode, the address and port of the upstream peer (which sends back what comes),
 * the keep-alive and the write-stall timeout in milliseconds.
 */
final class BlackHoledRelay {
  private BlackHoledRelay() {}

  static void main(String[] arguments) throws Exception {
    InetAddress peer = InetAddress.ofLiteral(arguments[1]);
    RelayOptions options =
        RelayOptions.defaults()
            .withMode(RelayMode.valueOf(arguments[0]))
            .withTimeouts(
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofMillis(Long.parseLong(arguments[4])))
            .withKeepAlive(Duration.ofMillis(Long.parseLong(arguments[3])));
    InetSocketAddress target = new InetSocketAddress(peer, Integer.parseInt(arguments[2]));
    try (RelayServer server = new RelayServer(options, target, 0);
        Socket client = new Socket()) {
      client.connect(server.address());
      client.setSoTimeout(20_000);
      client.getOutputStream().write('?');
      if (client.getInputStream().read() != '?') {
        throw new AssertionError("the peer does not answer");
      }
      System.out.println("open");
      Thread.ofPlatform().daemon().start(() -> obey(client));
      System.out.println(server.ended().reason());
    }
  }

  private static void obey(Socket client) {
    try {
      BufferedReader orders =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (orders.readLine() != null) {
        client.getOutputStream().write(new byte[1000]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
