package io.detour.server.parse.http;

import io.detour.server.account.RequestKind;

/**
 * A plain HTTP request that may be served.
 *
 * @param head as it came
 * @param target what its request target says
 * @param framing of its content
 */
public record ForwardRequest(RequestHead head, ForwardTarget target, Framing framing)
    implements ParsedRequest {
  /** Whether the client takes another response on this connection (RFC 9112 9.3). */
  public boolean isPersistent() {
    return head.minorVersion() >= 1 && !head.fields().hasToken("Connection", "close");
  }

  @Override
  public RequestKind kind() {
    return RequestKind.FORWARD;
  }
}
