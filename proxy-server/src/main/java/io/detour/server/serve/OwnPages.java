package io.detour.server.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.detour.server.parse.http.ParsedRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.BooleanSupplier;

/**
 * What the proxy answers to those that take it for a web server: load balancers, and people with a
 * browser. Nothing in it depends on who asks, so a page of a foreign site that leads a browser here
 * (DNS rebinding) learns nothing. Any thread.
 *
 * @param accepts whether new clients are accepted
 */
record OwnPages(BooleanSupplier accepts) {
  private static final String INDEX =
      """
      This is Detour, an HTTP proxy, and not a web server. Set this address as the proxy of a client:
        curl --proxy http://ADDRESS:PORT https://HOST/

      /proxy.pac  for browsers: which names go through the proxy
      /healthz    200 while the process answers
      /readyz     200 while it accepts clients, 503 when it drains or is paused
      """;

  /** An answer behind which the connection is closed. It is neither counted nor logged. */
  ByteBuf answer(ParsedRequest.Own asked) {
    if (asked.isOptions()) {
      return answer("200 OK", "Allow: GET, HEAD, OPTIONS\r\n", "", true);
    }
    return switch (asked.page()) {
      case INDEX -> answer("200 OK", "", INDEX, asked.withContent());
      case HEALTH -> answer("200 OK", "", "ok\n", asked.withContent());
      case READINESS ->
          accepts.getAsBoolean()
              ? answer("200 OK", "", "ready\n", asked.withContent())
              : answer("503 Service Unavailable", "", "not ready\n", asked.withContent());
    };
  }

  private static ByteBuf answer(String status, String fields, String body, boolean withContent) {
    String head =
        """
        HTTP/1.1 %s\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Length: %d\r
        Cache-Control: no-store\r
        X-Content-Type-Options: nosniff\r
        Connection: close\r
        %s\r
        """
            .formatted(status, body.length(), fields);
    return Unpooled.wrappedBuffer((withContent ? head + body : head).getBytes(US_ASCII));
  }
}
