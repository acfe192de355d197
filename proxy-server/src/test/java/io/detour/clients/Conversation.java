package io.detour.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** What both sides of one connection have sent. Any thread. */
final class Conversation {
  private static final String END_OF_HEAD = "\r\n\r\n";
  private static final Pattern REQUEST_HEAD =
      Pattern.compile(
          "^[A-Z]+ [^ \r\n]+ HTTP/1\\.[01]\r\n(?:[^\r\n]+\r\n)*\r\n", Pattern.MULTILINE);

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
  private volatile boolean ended;

  OutputStream sentBytes() {
    return sent;
  }

  OutputStream answeredBytes() {
    return answered;
  }

  void end() {
    ended = true;
  }

  /** Whether both sides have ended. */
  boolean ended() {
    return ended;
  }

  /** What the client has sent. */
  byte[] sent() {
    return sent.toByteArray();
  }

  /** What the server has answered. */
  byte[] answered() {
    return answered.toByteArray();
  }

  /** Whether it is one with a proxy that became a tunnel. */
  boolean tunnelled() {
    return text(sent()).startsWith("CONNECT ")
        && text(answered()).startsWith(" 200 ", "HTTP/1.x".length());
  }

  /** Both directions of the tunnel, without the heads that opened it. */
  Conversation inTunnel() {
    Conversation inner = new Conversation();
    inner.sent.writeBytes(behindHead(sent()));
    inner.answered.writeBytes(behindHead(answered()));
    return inner;
  }

  private static byte[] behindHead(byte[] stream) {
    int end = text(stream).indexOf(END_OF_HEAD);
    return Arrays.copyOfRange(stream, end + END_OF_HEAD.length(), stream.length);
  }

  /** The request heads in what the client has sent, whose bodies look like no head. */
  List<RequestHead> requests() {
    return REQUEST_HEAD
        .matcher(text(sent()))
        .results()
        .map(found -> RequestHead.of(found.group()))
        .toList();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }
}
