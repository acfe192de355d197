package io.detour.server.serve;

import io.detour.server.access.AccessControl;
import io.detour.server.account.UseJournal;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.RouteDialer;
import io.detour.server.log.AccessLog;
import java.time.InstantSource;

/**
 * What every passage works with.
 *
 * @param access says which ports may be asked for
 * @param rules decide where to
 * @param dialer connects
 * @param log hears of legacy uses and failures
 * @param journal keeps who used which legacy name
 * @param clock the time of day, for what is remembered about rules
 */
public record CallServices(
    AccessControl access,
    RulesInForce rules,
    RouteDialer dialer,
    AccessLog log,
    UseJournal journal,
    InstantSource clock) {}
