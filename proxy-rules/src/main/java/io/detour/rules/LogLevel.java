package io.detour.rules;

/** How loudly a rule reports its use. */
public enum LogLevel {
  OFF,
  INFO,
  WARN
}
