package io.detour.ops.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.server.log.ScriptJson;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** What a request gets; to a HEAD, the body is counted and left out. */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record Answer(
    HttpResponseStatus status, String contentType, byte[] body, Map<String, String> fields) {
  private static final String TEXT = "text/plain; charset=utf-8";

  /** Plain text, which gets a line break at its end. */
  static Answer text(HttpResponseStatus status, String line) {
    return new Answer(status, TEXT, (line + "\n").getBytes(UTF_8), Map.of());
  }

  /** JSON, which gets a line break at its end. */
  static Answer json(String text) {
    return page("application/json", (text + "\n").getBytes(UTF_8));
  }

  static Answer json(ObjectNode object) {
    return json(ScriptJson.MAPPER.writeValueAsString(object));
  }

  /** A page that is there. */
  static Answer page(String contentType, byte[] body) {
    return new Answer(HttpResponseStatus.OK, contentType, body, Map.of());
  }

  /** Another method has to be used: those of {@code Allow} (RFC 9110 10.2.1). */
  static Answer methodNotAllowed(String allowed) {
    byte[] line = ("method: expected " + allowed.replace(", ", " or ") + "\n").getBytes(UTF_8);
    return new Answer(HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, line, Map.of("allow", allowed));
  }
}
