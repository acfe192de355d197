package io.detour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A client of the proxy on a UNIX socket. Texts are bytes (ISO 8859-1). */
final class UnixClient implements AutoCloseable {
  private final SocketChannel socket;

  private UnixClient(SocketChannel socket) {
    this.socket = socket;
  }

  static UnixClient connect(Path file) throws IOException {
    return new UnixClient(SocketChannel.open(UnixDomainSocketAddress.of(file)));
  }

  UnixClient send(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
    return this;
  }

  /** Asks for a tunnel and reads the head of the answer. */
  ResponseHead tunnel(String authority) throws IOException {
    send(RawClient.connectHead(authority));
    return head();
  }

  /** Reads the head of an answer and not a byte more. */
  ResponseHead head() throws IOException {
    StringBuilder text = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (text.indexOf("\r\n\r\n") < 0 && socket.read(one.clear()) > 0) {
      text.append((char) one.get(0));
    }
    return ResponseHead.of(text.toString());
  }

  UnixClient endOutput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Reads to the end of the stream. */
  String rest() throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
    while (socket.read(chunk.clear()) >= 0) {
      rest.write(chunk.array(), 0, chunk.position());
    }
    return rest.toString(ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
