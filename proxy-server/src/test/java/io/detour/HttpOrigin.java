package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An origin that keeps the requests that were whole, byte for byte, and answers as a test says. */
final class HttpOrigin implements AutoCloseable {
  static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

  /**
   * A whole request.
   *
   * @param head to the blank line
   * @param body as it was sent, chunks and trailers included
   */
  record Asked(String head, String body) {
    /** The request line. */
    String line() {
      return head.substring(0, head.indexOf("\r\n"));
    }

    /** The values of the lines of a name. */
    List<String> field(String name) {
      return head.lines()
          .skip(1)
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ": "))
          .map(line -> line.substring(name.length() + 2))
          .toList();
    }
  }

  /** What is answered to a request. */
  interface Answering {
    /** All of it, or nothing to close the connection without an answer. */
    String answer(Asked request) throws IOException;
  }

  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger begun = new AtomicInteger();
  private final TcpOrigin listener;

  private HttpOrigin(Answering answering, boolean closing) throws IOException {
    listener = TcpOrigin.start(connection -> serve(connection, answering, closing));
  }

  /** Says hello. */
  static HttpOrigin start() throws IOException {
    return answering(request -> HELLO);
  }

  static HttpOrigin answering(Answering answering) throws IOException {
    return new HttpOrigin(answering, false);
  }

  /** Ends each connection behind its first answer. */
  static HttpOrigin closingBehind(String answer) throws IOException {
    return new HttpOrigin(request -> answer, true);
  }

  private void serve(Socket connection, Answering answering, boolean closing) throws IOException {
    InputStream in = connection.getInputStream();
    while (true) {
      Asked request = read(in);
      asked.add(request);
      String answer = answering.answer(request);
      connection.getOutputStream().write(answer.getBytes(ISO_8859_1));
      if (closing || answer.isEmpty()) {
        return;
      }
    }
  }

  private Asked read(InputStream in) throws IOException {
    String head = until(in, "\r\n\r\n");
    begun.incrementAndGet();
    Asked withoutBody = new Asked(head, "");
    if (!withoutBody.field("transfer-encoding").isEmpty()) {
      return new Asked(head, chunks(in));
    }
    List<String> length = withoutBody.field("content-length");
    if (length.isEmpty()) {
      return withoutBody;
    }
    int bytes = Integer.parseInt(length.getFirst());
    String body = new String(in.readNBytes(bytes), ISO_8859_1);
    if (body.length() < bytes) {
      throw new EOFException("the body ends at: " + body);
    }
    return new Asked(head, body);
  }

  private static String chunks(InputStream in) throws IOException {
    StringBuilder body = new StringBuilder();
    while (true) {
      String line = until(in, "\r\n");
      body.append(line);
      int size = Integer.parseInt(line.trim(), 16);
      if (size > 0) {
        body.append(new String(in.readNBytes(size + 2), ISO_8859_1));
        continue;
      }
      String trailer;
      do {
        trailer = until(in, "\r\n");
        body.append(trailer);
      } while (!trailer.equals("\r\n"));
      return body.toString();
    }
  }

  private static String until(InputStream in, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the text ends at: " + text);
      }
      text.append((char) next);
    }
    return text.toString();
  }

  /** The requests that were whole, in order. */
  List<Asked> asked() {
    return asked;
  }

  /** How many heads came, whether their bodies did or not. */
  int begun() {
    return begun.get();
  }

  /** How many connections there were. */
  int accepted() {
    return listener.accepted();
  }

  /** How many of them have not ended. */
  int open() {
    return listener.open();
  }

  /** {@code 127.0.0.1:PORT}. */
  String authority() {
    return listener.authority();
  }

  int port() {
    return listener.port();
  }

  /** A request to it through a proxy, with these lines behind Host. */
  String request(String method, String path, String lines) {
    return method
        + " http://"
        + authority()
        + path
        + " HTTP/1.1\r\nHost: "
        + authority()
        + "\r\n"
        + lines
        + "\r\n";
  }

  /** Ends its direction of every connection. */
  void endConnections() throws IOException {
    listener.endConnections();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
