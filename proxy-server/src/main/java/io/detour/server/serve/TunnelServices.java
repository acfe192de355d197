package io.detour.server.serve;

import io.detour.core.relay.RelayEngine;

/**
 * What every tunnel works with.
 *
 * @param passages lead to the upstream host
 * @param engine relays
 */
public record TunnelServices(CallServices passages, RelayEngine engine) {}
