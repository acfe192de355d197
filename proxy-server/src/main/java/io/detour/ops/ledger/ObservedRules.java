package io.detour.ops.ledger;

import io.detour.rules.Rule;
import io.detour.server.decide.RulesInForce;
import java.time.InstantSource;
import java.util.List;

/**
 * Which rules are observed: those that can decide, while clients are accepted. Of no other rule can
 * anybody say that it is not needed. Tells the ledger. Any thread.
 */
public final class ObservedRules {
  private final RulesInForce rules;
  private final Ledger ledger;
  private final InstantSource clock;

  // Guarded by this object.
  private boolean observing;
  private boolean ended;

  /** Nothing is observed until {@link #begin}. */
  public ObservedRules(RulesInForce rules, Ledger ledger, InstantSource clock) {
    this.rules = rules;
    this.ledger = ledger;
    this.clock = clock;
  }

  /** Clients are accepted from now on; nothing after {@link #end}. */
  public synchronized void begin() {
    observing = !ended;
    look();
  }

  /** Clients are accepted no more, or not for now. */
  public synchronized void stop() {
    observing = false;
    ledger.rulesInForce(List.of());
  }

  /** Clients are never accepted again. */
  public synchronized void end() {
    ended = true;
    stop();
  }

  /** Other rules are in force. Also called regularly, since rules end without being replaced. */
  public synchronized void look() {
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
