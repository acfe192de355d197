package io.detour.config;

import io.detour.ops.ledger.LedgerUrl;
import io.detour.server.accept.ListenAddress;
import io.detour.server.accept.ListenerOptions;
import io.detour.server.access.AccessOptions;
import java.time.Duration;
import java.util.List;

/** Configurations for tests. */
public final class Configurations {
  private Configurations() {}

  /**
   * The defaults, but everything is allowed to everybody, every use is logged, there is no ledger,
   * and certificates are not watched.
   */
  public static Configuration open() {
    return Configuration.defaults()
        .withAccess(AccessOptions.open())
        .with(ConfigurationKey.CERTIFICATES_WATCH, Duration.ZERO)
        .with(ConfigurationKey.LEDGER_URL, new LedgerUrl.Off())
        .with(ConfigurationKey.LOG_USES_PER_MINUTE, 0);
  }

  /** The same with these addresses for clients, and the defaults for each. */
  public static Configuration listening(
      Configuration configuration, List<? extends ListenAddress> clients) {
    return configuration.with(
        ConfigurationKey.LISTEN, clients.stream().map(ListenerOptions::of).toList());
  }
}
