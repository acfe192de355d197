package io.detour;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Ports of 127.0.0.1. */
public final class LoopbackPort {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final Queue<Socket> TAKEN = new ConcurrentLinkedQueue<>();

  private LoopbackPort() {}

  /** A port that can be listened on, by whoever is first. */
  public static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }

  /** A port that refuses connections for as long as this process lives: taken, not listened on. */
  public static int refusing() throws IOException {
    Socket socket = new Socket();
    TAKEN.add(socket);
    socket.bind(new InetSocketAddress(LOOPBACK, 0));
    return socket.getLocalPort();
  }
}
