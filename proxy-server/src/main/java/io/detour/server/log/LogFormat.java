package io.detour.server.log;

/** How log lines look. */
public enum LogFormat {
  /** A JSON object on each line, as {@link JsonEvents} writes it. */
  JSON,
  /** For people, as {@link EscapedEvent} writes it. */
  TEXT
}
