package io.detour.core.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A peer in a process of its own: sends pseudo-random bytes on each of its sockets, receives until
 * the end of stream, and prints the digests of what it sent and received, a line per socket.
 *
 * <p>Arguments: bytes to send, then either {@code listen} and how many connections to accept (the
 * port is the first line that it prints), or the ports to connect to.
 */
final class PeerProcess {
  private PeerProcess() {}

  static void main(String[] arguments) throws Exception {
    long bytes = Long.parseLong(arguments[0]);
    List<Socket> sockets =
        arguments[1].equals("listen") ? accept(Integer.parseInt(arguments[2])) : connect(arguments);
    List<CompletableFuture<String>> digests = new ArrayList<>();
    for (Socket socket : sockets) {
      digests.add(
          RelayStreamTest.send(socket, bytes, 1)
              .thenCombine(
                  RelayStreamTest.receive(socket), (sent, received) -> sent + " " + received));
    }
    for (CompletableFuture<String> digest : digests) {
      System.out.println(digest.get());
    }
  }

  private static List<Socket> accept(int count) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, count, InetAddress.getLoopbackAddress())) {
      System.out.println(listener.getLocalPort());
      for (int i = 0; i < count; i++) {
        sockets.add(listener.accept());
      }
    }
    return sockets;
  }

  private static List<Socket> connect(String[] arguments) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      sockets.add(new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[i])));
    }
    return sockets;
  }
}
