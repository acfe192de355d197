package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;

/**
 * A client of the proxy that decides about each byte. Texts are bytes (ISO 8859-1). Nothing waits
 * for longer than ten seconds.
 */
public final class RawClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;

  private RawClient(Socket socket) {
    this.socket = socket;
  }

  public static RawClient connect(InetSocketAddress proxy) throws IOException {
    return connect(proxy, new Socket());
  }

  /** A client that is connected already, perhaps over TLS. */
  static RawClient over(Socket socket) throws IOException {
    socket.setSoTimeout(TIMEOUT_MILLIS);
    return new RawClient(socket);
  }

  /** The same from an address of this machine. */
  static RawClient connect(InetSocketAddress proxy, String from) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    return connect(proxy, socket);
  }

  private static RawClient connect(InetSocketAddress proxy, Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.connect(proxy, TIMEOUT_MILLIS);
    return new RawClient(socket);
  }

  /** The head of a request for a tunnel, and what is sent in one piece with it. */
  static String connectHead(String authority) {
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
  }

  public RawClient send(String bytes) throws IOException {
    return send(bytes.getBytes(ISO_8859_1));
  }

  RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  /** Asks for a tunnel and reads the head of the answer. */
  public ResponseHead tunnel(String authority) throws IOException {
    return send(connectHead(authority)).head();
  }

  /** Ends this side's direction. */
  public RawClient endOutput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Reads the head of an answer and not a byte more. */
  ResponseHead head() throws IOException {
    StringBuilder text = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (text.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the head ends at: " + text);
      }
      text.append((char) next);
    }
    return ResponseHead.of(text.toString());
  }

  /** The same of an answer that takes long. */
  ResponseHead headWithin(Duration timeout) throws IOException {
    socket.setSoTimeout((int) timeout.toMillis());
    try {
      return head();
    } finally {
      socket.setSoTimeout(TIMEOUT_MILLIS);
    }
  }

  /** What the proxy sends. */
  InputStream input() throws IOException {
    return socket.getInputStream();
  }

  /** What the proxy is sent. */
  OutputStream output() throws IOException {
    return socket.getOutputStream();
  }

  /** Reads exactly so many bytes, or what there is before the end. */
  public String read(int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), ISO_8859_1);
  }

  /** Reads to the end of the stream. */
  public String rest() throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    socket.getInputStream().transferTo(rest);
    return rest.toString(ISO_8859_1);
  }

  /** Reads one byte, or throws a SocketTimeoutException when none comes in time. */
  int readWithin(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      return socket.getInputStream().read();
    } finally {
      socket.setSoTimeout(TIMEOUT_MILLIS);
    }
  }

  /** Closes with a reset instead of an end. */
  void reset() throws IOException {
    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    socket.close();
  }

  int localPort() {
    return socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
