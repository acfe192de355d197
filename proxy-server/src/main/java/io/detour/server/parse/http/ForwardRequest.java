package io.detour.server.parse.http;

/** A plain HTTP request that may be served: its head as it came, and what that says. */
public record ForwardRequest(RequestHead head, ForwardTarget target, Framing framing)
    implements ParsedRequest {
  /** Whether the client takes another response on this connection (RFC 9112 9.3). */
  public boolean isPersistent() {
    return head.minorVersion() >= 1 && !head.fields().hasToken("Connection", "close");
  }
}
