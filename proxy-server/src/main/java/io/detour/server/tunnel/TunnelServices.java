package io.detour.server.tunnel;

import io.detour.core.relay.RelayEngine;
import io.detour.server.passage.PassageServices;

/**
 * What every tunnel works with.
 *
 * @param passages lead to the upstream host
 * @param engine relays
 */
public record TunnelServices(PassageServices passages, RelayEngine engine) {}
