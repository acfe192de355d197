package io.detour.server.decide;

/** Why the rules are read again. */
public enum ReloadTrigger {
  /** The process got SIGHUP. */
  SIGNAL("SIGHUP"),
  /** Somebody asked the admin interface. */
  REQUEST("POST /-/reload"),
  /** The files have changed. */
  CHANGE("files changed");

  private final String text;

  ReloadTrigger(String text) {
    this.text = text;
  }

  /** As the log has it. */
  String text() {
    return text;
  }
}
