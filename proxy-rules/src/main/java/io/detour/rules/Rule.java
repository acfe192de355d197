package io.detour.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a {@link RuleSet}. Immutable.
 *
 * @param name {@code [a-z0-9-]}, 1 to 63 characters, unique in its rule set: a metric label
 * @param index its place among the rules of its rule set, from 0
 * @param position where it stands
 * @param hosts at least one; the rule matches a host that any of them matches
 * @param outcome what it does
 * @param log how its use is reported
 * @param notes what people want to know about it
 */
public record Rule(
    String name,
    int index,
    Position position,
    List<HostMatcher> hosts,
    Outcome outcome,
    Log log,
    Notes notes) {

  public Rule {
    hosts = List.copyOf(hosts);
  }

  /** What it does, without the details. */
  public Action action() {
    return outcome.action();
  }

  /**
   * How the use of a rule is reported.
   *
   * @param level how loudly
   * @param message what the line says beyond the facts, or null
   */
  public record Log(LogLevel level, @Nullable String message) {}

  /**
   * Documentation that changes no decision.
   *
   * @param owner who answers for the rule, or null
   * @param ticket where its change was agreed, or null
   * @param reason why it is there, or null
   */
  public record Notes(@Nullable String owner, @Nullable String ticket, @Nullable String reason) {
    /** No documentation. */
    public static final Notes NONE = new Notes(null, null, null);
  }
}
