package io.detour.server.parse.http;

/** The target of a request other than CONNECT. Immutable. */
public sealed interface RequestTarget permits ForwardTarget, RequestTarget.OriginForm {
  /**
   * A request target that names no host (RFC 9112 3.2.1): it asks the proxy itself.
   *
   * @param pathAndQuery begins with {@code /}, as it was sent
   */
  record OriginForm(String pathAndQuery) implements RequestTarget {}
}
