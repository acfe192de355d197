package io.detour.config;

import io.detour.server.decide.RuleLoader.RuleSupply;

/**
 * How a server serves: a configuration and the rules that it names. Immutable.
 *
 * @param settings which may differ from the file: the demo has its own
 * @param rules which names lead where, and how that changes
 * @param shown the file and the options as YAML without secrets, for people to look at
 */
public record ServerOptions(Configuration settings, RuleSupply rules, String shown) {
  /** What a configuration says, with rules that have been read. */
  public static ServerOptions of(Configuration configuration, RuleSupply rules) {
    return new ServerOptions(configuration, rules, ConfigurationYaml.of(configuration));
  }

  /** The same with other settings than are shown. */
  public ServerOptions with(Configuration other) {
    return new ServerOptions(other, rules, shown);
  }
}
