package io.detour.server.serve;

import io.detour.core.HostPort;
import io.detour.rules.generate.PacFile;
import io.detour.rules.generate.RuleTranslation;
import io.detour.server.decide.RuleSnapshot;
import io.detour.server.decide.RulesInForce;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The PAC file for the rules in force. Made again when they change, and every {@link #LASTING},
 * since rules may end. Any thread, but it may take a while: none that others wait for.
 */
public final class CurrentPac {
  private static final Duration LASTING = Duration.ofSeconds(30);

  private final RulesInForce rules;
  private final InstantSource clock;
  private volatile @Nullable Made made;

  private record Made(RuleSnapshot rules, HostPort proxy, Instant at, String text) {}

  /**
   * @param clock the time of day
   */
  public CurrentPac(RulesInForce rules, InstantSource clock) {
    this.rules = rules;
    this.clock = clock;
  }

  /**
   * JavaScript in ASCII.
   *
   * @param proxy where browsers reach the proxy
   */
  public String text(HostPort proxy) {
    RuleSnapshot current = rules.current();
    Instant now = clock.instant();
    Made last = made;
    if (last != null
        && last.rules == current
        && last.proxy.equals(proxy)
        && !now.isBefore(last.at)
        && now.isBefore(last.at.plus(LASTING))) {
      return last.text;
    }
    String text =
        PacFile.of(RuleTranslation.of(current.rules(), "the rules in force", now), proxy, true)
            .text();
    made = new Made(current, proxy, now, text);
    return text;
  }
}
