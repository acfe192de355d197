package io.detour.rules.lint;

import io.detour.core.HostPort;
import io.detour.rules.Rule;
import io.detour.rules.condition.Expiry;
import io.detour.rules.condition.OnExpiry;
import java.time.LocalDate;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What rules are judged against beside themselves. What is not known leads to no finding.
 *
 * @param today in the time zone of the rules
 * @param ownListener whether a connection to an address, not a name, would end at a listener of
 *     this Detour; never true if they are not known
 * @param parents the names of the parent proxies, or null if they are not known
 * @param users whether clients are asked who they are
 */
public record Setting(
    LocalDate today, Predicate<HostPort> ownListener, @Nullable Set<String> parents, Users users) {
  public Setting {
    parents = parents == null ? null : Set.copyOf(parents);
  }

  /** Whether clients are asked who they are. */
  public enum Users {
    UNKNOWN,
    NONE,
    SOME
  }

  /** Nothing but the date is known. */
  public static Setting on(LocalDate today) {
    return new Setting(today, address -> false, null, Users.UNKNOWN);
  }

  /** Whether a rule takes no requests any more. */
  boolean hasEnded(Rule rule) {
    Expiry expiry = rule.lifetime().expiry();
    return expiry != null && expiry.then() == OnExpiry.DISABLE && today.isAfter(expiry.lastDay());
  }

  /** The same with known listeners. */
  public Setting withOwnListener(Predicate<HostPort> other) {
    return new Setting(today, other, parents, users);
  }

  /** The same with known parents. */
  public Setting withParents(Set<String> other) {
    return new Setting(today, ownListener, other, users);
  }

  /** The same, knowing whether clients are asked who they are. */
  public Setting withUsers(Users other) {
    return new Setting(today, ownListener, parents, other);
  }
}
