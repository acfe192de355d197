package io.detour.clients;

import io.detour.TcpOrigin;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A loopback port in front of a server that passes every byte on and keeps a copy. It ends in good
 * order whatever its peers do, so that what it has kept is all that they sent. Any thread.
 */
final class WireTap implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final InetSocketAddress server;
  private final List<Conversation> conversations = new CopyOnWriteArrayList<>();
  private final TcpOrigin door;

  private WireTap(InetSocketAddress server) throws IOException {
    this.server = server;
    door = TcpOrigin.start(this::serve);
  }

  static WireTap before(InetSocketAddress server) throws IOException {
    return new WireTap(server);
  }

  /** Where its clients connect. */
  int port() {
    return door.port();
  }

  /** Every connection so far, in the order in which they came. */
  List<Conversation> conversations() {
    return conversations;
  }

  private void serve(Socket client) throws IOException {
    Conversation conversation = new Conversation();
    conversations.add(conversation);
    try (Socket onward = new Socket()) {
      onward.connect(server, TIMEOUT_MILLIS);
      onward.setSoTimeout(TIMEOUT_MILLIS);
      onward.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Thread asking =
          Thread.ofVirtual().start(() -> pass(client, onward, conversation.sentBytes()));
      pass(onward, client, conversation.answeredBytes());
      asking.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      conversation.end();
    }
  }

  /** Keeps bytes before it passes them on, and also those that nobody takes any more. */
  private static void pass(Socket from, Socket to, OutputStream kept) {
    byte[] buffer = new byte[64 * 1024];
    boolean taken = true;
    try {
      int count;
      while ((count = from.getInputStream().read(buffer)) >= 0) {
        kept.write(buffer, 0, count);
        taken = taken && write(to, buffer, count);
      }
    } catch (IOException reset) {
      // To the other side it looks like an end.
    }
    endOutput(to);
  }

  private static boolean write(Socket to, byte[] bytes, int count) {
    try {
      to.getOutputStream().write(bytes, 0, count);
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  private static void endOutput(Socket to) {
    try {
      to.shutdownOutput();
    } catch (IOException gone) {
      // There is nobody left to be told.
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
