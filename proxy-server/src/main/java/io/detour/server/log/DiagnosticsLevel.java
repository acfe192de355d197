package io.detour.server.log;

/** The least important line of Detour's own diagnostics that is written. */
public enum DiagnosticsLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE
}
