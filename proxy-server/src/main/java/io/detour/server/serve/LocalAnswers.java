package io.detour.server.serve;

import io.detour.server.account.RequestKind;
import io.detour.server.status.ProxyErrorType;
import io.detour.server.status.Refusal;
import io.netty.buffer.ByteBufUtil;

/** Answers that no origin gives: to requests that are meant for the last proxy they reach. */
final class LocalAnswers {
  /** A trace would send the client's own words back. */
  static final Refusal NO_TRACE =
      new Refusal(405, ProxyErrorType.HTTP_REQUEST_DENIED, "this proxy does not trace requests");

  private static final String OPTIONS =
      """
      HTTP/1.1 200 OK\r
      Allow: CONNECT, GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r
      Content-Length: 0\r
      """;

  private LocalAnswers() {}

  /** What the proxy can do (RFC 9110 9.3.7). */
  static void options(ClientConnection client) {
    boolean persistent = client.mayGoOn();
    String answer = OPTIONS + (persistent ? "" : "Connection: close\r\n") + "\r\n";
    client.loop().counters().request(RequestKind.FORWARD, 200);
    client.answer(ByteBufUtil.writeAscii(client.channel().alloc(), answer), persistent);
  }
}
