package io.detour.server.log;

import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How every command writes JSON: on one line and in ASCII. Text from certificates, files and logs
 * may hold characters that steer a terminal (C1 controls) or reorder what is shown (bidirectional
 * marks), and JSON itself lets both stand as they are.
 */
public final class ScriptJson {
  /** Immutable; any thread. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private ScriptJson() {}
}
