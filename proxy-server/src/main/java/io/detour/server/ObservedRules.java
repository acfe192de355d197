package io.detour.server;

import io.detour.rules.Rule;
import io.detour.server.decide.RulesInForce;
import io.detour.server.ledger.Ledger;
import java.time.InstantSource;
import java.util.List;

/**
 * Which rules are observed: those that can decide, while clients are accepted. Of no other rule can
 * anybody say that it is not needed. Tells the ledger. Any thread.
 */
final class ObservedRules {
  private final RulesInForce rules;
  private final Ledger ledger;
  private final InstantSource clock;

  /** Guarded by this object. */
  private boolean observing;

  /** Nothing is observed until {@link #begin}. */
  ObservedRules(RulesInForce rules, Ledger ledger, InstantSource clock) {
    this.rules = rules;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Clients are accepted from now on. */
  synchronized void begin() {
    observing = true;
    tell();
  }

  /** Clients are accepted no more, or not for now. */
  synchronized void stop() {
    observing = false;
    ledger.rulesInForce(List.of());
  }

  /** Other rules are in force. */
  synchronized void replaced() {
    tell();
  }

  /**
   * Looks whether some have ended, which they do without being replaced. To be called regularly.
   */
  synchronized void look() {
    boolean someEnd =
        rules.current().rules().rules().stream().anyMatch(rule -> rule.lifetime().expiry() != null);
    if (someEnd) {
      tell();
    }
  }

  private void tell() {
    if (observing && ledger.isOn()) {
      long now = clock.instant().getEpochSecond();
      ledger.rulesInForce(
          rules.current().rules().rules().stream()
              .filter(rule -> rule.isAtWork(now))
              .map(Rule::name)
              .toList());
    }
  }
}
