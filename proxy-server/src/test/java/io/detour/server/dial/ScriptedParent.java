package io.detour.server.dial;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A parent proxy on a free loopback port that does with each connection what a test says. */
final class ScriptedParent implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  /** What it does with a connection, which is closed afterwards. */
  interface Script {
    void run(Socket connection) throws IOException;
  }

  private final ServerSocket listener;
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  private ScriptedParent(Script script) throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    Thread.ofPlatform().daemon().name("parent").start(() -> accept(script));
  }

  static ScriptedParent start(Script script) throws IOException {
    return new ScriptedParent(script);
  }

  /** An HTTP proxy that reads one head, sends this in one piece and closes. */
  static ScriptedParent answering(String bytes) throws IOException {
    CompletableFuture<ScriptedParent> itself = new CompletableFuture<>();
    ScriptedParent parent =
        start(
            connection -> {
              itself.join().asked.add(head(connection));
              send(connection, bytes);
            });
    itself.complete(parent);
    return parent;
  }

  /** The same, but the connection stays open until Detour closes it. */
  static ScriptedParent answeringAndWaiting(String bytes, CompletableFuture<Integer> end)
      throws IOException {
    return start(
        connection -> {
          head(connection);
          send(connection, bytes);
          end.complete(endOf(connection));
        });
  }

  /** Reads the head of a request and not a byte more. */
  static String head(Socket connection) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) next(connection.getInputStream()));
    }
    return head.toString();
  }

  /** Reads so many bytes as two-digit numbers: {@code 05 01 00}. */
  static String bytes(Socket connection, int count) throws IOException {
    byte[] bytes = connection.getInputStream().readNBytes(count);
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }

  static void send(Socket connection, String text) throws IOException {
    connection.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** Sends bytes that are written as {@code 05 01 00}. */
  static void sendHex(Socket connection, String hex) throws IOException {
    connection.getOutputStream().write(HexFormat.ofDelimiter(" ").parseHex(hex));
  }

  /** What is read at the end: -1 for an end, -2 for a reset. Bytes before it are dropped. */
  static int endOf(Socket connection) {
    try {
      connection.getInputStream().transferTo(OutputStream.nullOutputStream());
      return -1;
    } catch (IOException e) {
      return -2;
    }
  }

  private static int next(InputStream in) throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException();
    }
    return next;
  }

  private void accept(Script script) {
    while (true) {
      Socket connection;
      try {
        connection = listener.accept();
      } catch (IOException closed) {
        return;
      }
      Thread.ofPlatform().daemon().name("parent-connection").start(() -> serve(connection, script));
    }
  }

  private static void serve(Socket connection, Script script) {
    try (connection) {
      connection.setSoTimeout(TIMEOUT_MILLIS);
      connection.setTcpNoDelay(true);
      script.run(connection);
    } catch (IOException e) {
      // Detour sees how the connection ended; that is what tests look at.
    }
  }

  /** The next request head. */
  String asked() throws InterruptedException {
    String head = asked.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    return head == null ? "nothing was asked" : head;
  }

  /** It as an HTTP parent. */
  Parent http() {
    return parent("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** It as a SOCKS parent. */
  Parent socks5() {
    return parent("socks5://127.0.0.1:" + listener.getLocalPort());
  }

  /** It with credentials. */
  Parent with(Parent.Protocol protocol, String user, String password) {
    return new Parent(protocol, http().address(), new Parent.Credentials(user, password));
  }

  private static Parent parent(String text) {
    return Parent.parse(text).orElseThrow();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
