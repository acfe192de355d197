package io.detour.rules.generate;

import java.util.List;

/**
 * Which proxies a PAC file names. Immutable.
 *
 * @param proxies for the names that go to Detour, tried in order; none: the listener of Detour that
 *     is known to whoever has the file written
 * @param otherwise for all other names, tried in order; none: no proxy
 */
public record PacOptions(List<PacProxy> proxies, List<PacProxy> otherwise) {
  /** All other names directly. */
  public static final String DIRECT = "DIRECT";

  private static final PacOptions DEFAULTS = new PacOptions(List.of(), List.of());

  public PacOptions {
    proxies = List.copyOf(proxies);
    otherwise = List.copyOf(otherwise);
  }

  public static PacOptions defaults() {
    return DEFAULTS;
  }

  /** The same for a listener of Detour, unless proxies are named. */
  public PacOptions orListener(PacProxy listener) {
    return proxies.isEmpty() ? new PacOptions(List.of(listener), otherwise) : this;
  }
}
