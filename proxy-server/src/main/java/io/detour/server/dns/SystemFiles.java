package io.detour.server.dns;

import java.nio.file.Path;

/**
 * Where this machine says which addresses names have. Immutable; any thread.
 *
 * @param hosts as hosts(5)
 * @param resolvConf as resolv.conf(5)
 */
public record SystemFiles(Path hosts, Path resolvConf) {
  /** Those of the system: {@code /etc/hosts} and {@code /etc/resolv.conf}. */
  public static SystemFiles ofSystem() {
    return new SystemFiles(Path.of("/etc/hosts"), Path.of("/etc/resolv.conf"));
  }
}
