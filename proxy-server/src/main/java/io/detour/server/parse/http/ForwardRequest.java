package io.detour.server.parse.http;

import java.util.Set;

/** A plain HTTP request that may be served: its head as it came, and what that says. */
public record ForwardRequest(RequestHead head, ForwardTarget target, Framing framing)
    implements ParsedRequest {
  /** RFC 9110 9.2.2: whoever does not know whether one was received may send it again. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "REPORT", "SEARCH");

  /** Whether the client takes another response on this connection (RFC 9112 9.3). */
  public boolean isPersistent() {
    return head.minorVersion() >= 1 && !head.fields().hasToken("Connection", "close");
  }

  /** Whether it can be sent again on another connection. */
  public boolean isRepeatable() {
    return IDEMPOTENT.contains(head.method()) && framing.isEmpty();
  }
}
