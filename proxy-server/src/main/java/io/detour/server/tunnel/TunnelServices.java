package io.detour.server.tunnel;

import io.detour.core.relay.RelayEngine;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.RouteDialer;
import io.detour.server.observe.AccessLog;
import java.time.InstantSource;

/**
 * What every tunnel works with.
 *
 * @param rules decide where to
 * @param dialer connects
 * @param engine relays
 * @param log hears of legacy uses and failures
 * @param clock the time of day, for what is remembered about rules
 */
public record TunnelServices(
    RulesInForce rules,
    RouteDialer dialer,
    RelayEngine engine,
    AccessLog log,
    InstantSource clock) {}
