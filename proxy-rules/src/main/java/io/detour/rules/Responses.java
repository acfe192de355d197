package io.detour.rules;

/** How the responses of a plain HTTP origin are read. */
public enum Responses {
  /** To the letter of RFC 9112. */
  STRICT,
  /**
   * Lines may end in LF alone, fields may be folded, and the status may be any number of three
   * digits; all is passed on in proper form. What frames a message is as strict as ever.
   */
  LENIENT
}
