package io.detour.server.dial;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A listener whose queue of connections is full, so that the kernel drops every SYN. */
public final class DeafListener implements AutoCloseable {
  private static final int MAX_FILLERS = 16;

  private final ServerSocket listener;
  private final List<SocketChannel> fillers = new ArrayList<>();

  private DeafListener(String address, int port) throws IOException {
    listener = new ServerSocket(port, 1, InetAddress.ofLiteral(address));
  }

  /** Starts one on 127.0.0.1. Skips the test where the kernel drops no SYN. */
  public static DeafListener start() throws IOException {
    return start("127.0.0.1", 0);
  }

  /** Starts one. Skips the test where the kernel drops no SYN. */
  public static DeafListener start(String address, int port) throws IOException {
    DeafListener deaf = new DeafListener(address, port);
    Assumptions.assumeTrue(deaf.fill(), "this kernel drops no SYN for a full accept queue");
    return deaf;
  }

  private boolean fill() throws IOException {
    InetSocketAddress address = new InetSocketAddress(listener.getInetAddress(), port());
    int unanswered = 0;
    for (int i = 0; i < MAX_FILLERS && unanswered < 2; i++) {
      SocketChannel filler = SocketChannel.open();
      fillers.add(filler);
      filler.configureBlocking(false);
      // On loopback the handshake is over before connect(2) returns, unless the SYN was dropped.
      boolean answered = filler.connect(address) || filler.finishConnect();
      unanswered = answered ? 0 : unanswered + 1;
    }
    return unanswered == 2;
  }

  /** Of its address. */
  public int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel filler : fillers) {
      filler.close();
    }
    listener.close();
  }
}
