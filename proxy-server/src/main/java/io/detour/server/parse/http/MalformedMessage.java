package io.detour.server.parse.http;

/**
 * A message, or a part of one, that is not to be served: its sender breaks RFC 9110 or 9112, or
 * goes beyond a limit. Where the next message begins is then not known: the connection has to be
 * closed.
 *
 * @param status what the client is answered: 400, 414, 431, 501 or 505 for a request, 502 for a
 *     response
 * @param problem one phrase without any part of the message
 */
public record MalformedMessage(int status, String problem) {}
