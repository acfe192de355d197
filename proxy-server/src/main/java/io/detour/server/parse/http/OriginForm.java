package io.detour.server.parse.http;

/**
 * A request target that names no host (RFC 9112 3.2.1): it asks the proxy itself.
 *
 * @param pathAndQuery begins with {@code /}, as it was sent
 */
public record OriginForm(String pathAndQuery) implements ParsedForwardTarget {}
