package io.detour.ops.replay;

import io.detour.core.Parsed;
import io.detour.server.log.AccessLog;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads one line of the JSON format: an object with {@code ts}, {@code client} and {@code
 * requested}. An {@code event} other than {@code decision} is no request.
 */
final class JsonLine {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private JsonLine() {}

  static boolean looksLikeOne(String text) {
    return text.startsWith("{");
  }

  static Parsed<LogLine> parse(long line, String text) {
    JsonNode object;
    try {
      object = JSON.readTree(text);
    } catch (JacksonException e) {
      return Parsed.malformed("it is no JSON object");
    }
    Map<String, String> facts = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      JsonNode value = entry.getValue();
      if (value.isValueNode() && !value.isNull()) {
        facts.put(entry.getKey(), value.asString());
      }
    }
    return LoggedRequest.of(line, facts.getOrDefault("event", AccessLog.DECISION), facts);
  }
}
