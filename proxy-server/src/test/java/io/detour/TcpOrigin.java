package io.detour;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on a free loopback port that does with each connection what a test says. */
public final class TcpOrigin implements AutoCloseable {
  private static final int BACKLOG = 200;
  private static final int TIMEOUT_MILLIS = 10_000;

  /** What becomes of one connection; it is closed afterwards. */
  public interface Behaviour {
    void serve(Socket connection) throws IOException;
  }

  private final ServerSocket listener;
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final Thread acceptor;

  private TcpOrigin(Behaviour behaviour) throws IOException {
    listener = new ServerSocket(0, BACKLOG, InetAddress.ofLiteral("127.0.0.1"));
    acceptor = Thread.ofPlatform().daemon().name("origin").start(() -> accept(behaviour));
  }

  /** Starts one that serves each connection on a thread of its own. */
  public static TcpOrigin start(Behaviour behaviour) throws IOException {
    return new TcpOrigin(behaviour);
  }

  /** Starts one that sends back what it receives. */
  public static TcpOrigin echo() throws IOException {
    return start(
        connection -> connection.getInputStream().transferTo(connection.getOutputStream()));
  }

  /** Starts one that says a word and ends. */
  static TcpOrigin saying(String word) throws IOException {
    return start(connection -> connection.getOutputStream().write(word.getBytes(UTF_8)));
  }

  private void accept(Behaviour behaviour) {
    while (true) {
      Socket connection;
      try {
        connection = listener.accept();
      } catch (IOException closed) {
        return;
      }
      accepted.incrementAndGet();
      connections.add(connection);
      Thread.ofVirtual().start(() -> serve(connection, behaviour));
    }
  }

  private void serve(Socket connection, Behaviour behaviour) {
    try (connection) {
      connection.setSoTimeout(TIMEOUT_MILLIS);
      behaviour.serve(connection);
    } catch (IOException e) {
      // The client sees how the connection ended; that is what tests look at.
    } finally {
      connections.remove(connection);
      ended.incrementAndGet();
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** {@code 127.0.0.1:PORT}. */
  public String authority() {
    return "127.0.0.1:" + port();
  }

  /** How many connections there were. */
  public int accepted() {
    return accepted.get();
  }

  /** How many of them have not ended. */
  public int open() {
    return accepted.get() - ended.get();
  }

  /** Ends this side's direction of every connection. */
  void endConnections() throws IOException {
    for (Socket connection : connections) {
      if (!connection.isClosed()) {
        connection.shutdownOutput();
      }
    }
  }

  /** Accepts nobody any more: until the acceptor is out of its call, it still might. */
  @Override
  public void close() throws IOException {
    listener.close();
    try {
      if (!acceptor.join(Duration.ofMillis(TIMEOUT_MILLIS))) {
        throw new IOException("the acceptor goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
