package io.detour.rules;

/** Placeholder. */
public record Brownout(String cron) {
  boolean isActive(long epochSecond) {
    return false;
  }

  long end(long epochSecond) {
    return epochSecond;
  }
}
