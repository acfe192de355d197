package io.detour.core.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Accepts connections on an address and port and sends back what comes. Prints a line when it
 * listens.
 */
final class EchoPeer {
  private EchoPeer() {}

  static void main(String[] arguments) throws Exception {
    InetAddress address = InetAddress.ofLiteral(arguments[0]);
    try (ServerSocket listener = new ServerSocket(Integer.parseInt(arguments[1]), 50, address)) {
      System.out.println("listens");
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      System.err.println("the connection has ended: " + e);
    }
  }
}
