package io.detour.server.log;

import io.detour.rules.Decision;
import io.detour.server.account.UseJournal;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * That a legacy name was used. Immutable.
 *
 * @param decision what the rule that matches the name says, in report mode what it would do; null
 *     if none matches
 * @param name of the rule, or the text of the legacy zone if no rule matches
 */
public record LegacyUse(Decision.@Nullable Ruled decision, String name) {
  /** A rule matches the name. */
  public static LegacyUse ruled(Decision.Ruled decision) {
    return new LegacyUse(decision, decision.rule().name());
  }

  /** No rule matches the name or address, but it is in a legacy zone. */
  public static LegacyUse unmatched(String zone) {
    return new LegacyUse(null, zone);
  }

  /** The name of the rule, or null if none matches. */
  public @Nullable String rule() {
    return decision == null ? null : name;
  }

  /** What the use is kept under, see {@link UseJournal}. */
  public String group() {
    return decision == null ? UseJournal.groupOfZone(name) : name;
  }

  /** At which level a line is wanted for it, or null for none. */
  @Nullable Level level() {
    if (decision == null) {
      return Level.INFO;
    }
    return switch (decision.rule().log().level()) {
      case OFF -> null;
      case INFO -> Level.INFO;
      case WARN -> Level.WARN;
    };
  }
}
