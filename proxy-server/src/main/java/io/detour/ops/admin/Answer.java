package io.detour.ops.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request to the admin interface gets.
 *
 * @param body left out, but counted, in the response to a HEAD
 * @param allowed with status 405, the methods that may be used here
 * @param fields header fields beside those of every answer
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record Answer(
    HttpResponseStatus status,
    String contentType,
    byte[] body,
    @Nullable String allowed,
    Map<String, String> fields) {
  private static final String TEXT = "text/plain; charset=utf-8";

  /** Plain text, which gets a line break at its end. */
  static Answer text(HttpResponseStatus status, String line) {
    return new Answer(status, TEXT, (line + "\n").getBytes(UTF_8), null, Map.of());
  }

  /** JSON, which gets a line break at its end. */
  static Answer json(String text) {
    return page("application/json", (text + "\n").getBytes(UTF_8));
  }

  /** A page that is there. */
  static Answer page(String contentType, byte[] body) {
    return new Answer(HttpResponseStatus.OK, contentType, body, null, Map.of());
  }

  /** A page that is there, with header fields of its own. */
  static Answer page(String contentType, byte[] body, Map<String, String> fields) {
    return new Answer(HttpResponseStatus.OK, contentType, body, null, fields);
  }

  /**
   * Another method has to be used.
   *
   * @param allowed which, as the header {@code Allow} has them (RFC 9110 10.2.1)
   */
  static Answer methodNotAllowed(String allowed) {
    String line = "method: expected " + allowed.replace(", ", " or ") + "\n";
    return new Answer(
        HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, line.getBytes(UTF_8), allowed, Map.of());
  }
}
