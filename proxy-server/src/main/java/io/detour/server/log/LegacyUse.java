package io.detour.server.log;

import io.detour.rules.Decision;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/** That a legacy name was used. Immutable. */
public sealed interface LegacyUse {
  /**
   * A rule matches the name.
   *
   * @param decision what the rule says, in report mode what it would do
   */
  record Ruled(Decision.Ruled decision) implements LegacyUse {
    @Override
    public String name() {
      return decision.rule().name();
    }

    @Override
    public @Nullable Level level() {
      return switch (decision.rule().log().level()) {
        case OFF -> null;
        case INFO -> Level.INFO;
        case WARN -> Level.WARN;
      };
    }
  }

  /** No rule matches the name, but it has a legacy suffix. */
  record Unmatched(String suffix) implements LegacyUse {
    @Override
    public String name() {
      return suffix;
    }

    @Override
    public Level level() {
      return Level.INFO;
    }
  }

  /** The name of the rule, or null if none matches. */
  default @Nullable String rule() {
    return this instanceof Ruled ruled ? ruled.name() : null;
  }

  /** The rule or the suffix. */
  String name();

  /** At which level a line is wanted for it, or null for none. */
  @Nullable Level level();
}
