package io.detour.server.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * What a request to the admin interface gets.
 *
 * @param status of the response
 * @param contentType value of the header {@code Content-Type}
 * @param body left out, but counted, in the response to a HEAD
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record Answer(HttpResponseStatus status, String contentType, byte[] body) {

  /** One line of plain text. */
  static Answer text(HttpResponseStatus status, String line) {
    return new Answer(status, "text/plain; charset=utf-8", (line + "\n").getBytes(UTF_8));
  }
}
