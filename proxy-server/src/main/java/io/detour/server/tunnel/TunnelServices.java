package io.detour.server.tunnel;

import io.detour.core.relay.RelayEngine;
import io.detour.rules.RuleSet;
import io.detour.server.dial.Dialer;
import io.detour.server.observe.AccessLog;

/**
 * What every tunnel works with.
 *
 * @param rules decide where to
 * @param dialer connects
 * @param engine relays
 * @param log hears of legacy uses and failures
 */
public record TunnelServices(RuleSet rules, Dialer dialer, RelayEngine engine, AccessLog log) {}
