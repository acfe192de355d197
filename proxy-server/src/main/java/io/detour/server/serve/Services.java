package io.detour.server.serve;

import io.detour.core.Address;
import io.detour.core.relay.RelayEngine;
import io.detour.server.access.AccessControl;
import io.detour.server.account.UseJournal;
import io.detour.server.decide.RulesInForce;
import io.detour.server.dial.RouteDialer;
import io.detour.server.log.AccessLog;
import io.detour.server.status.Refusal;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What the requests of a server work with, in the order of their path. Any thread.
 *
 * @param access who may use the proxy, and which ports may be asked for
 * @param journal keeps who used which legacy name
 * @param clock the time of day
 */
public record Services(
    AccessControl access,
    RulesInForce rules,
    RouteDialer dialer,
    RelayEngine engine,
    AccessLog log,
    UseJournal journal,
    InstantSource clock) {

  /** Why a client may not come in, or null if it may. */
  @Nullable Refusal objection(@Nullable Address client) {
    return access.options().refusal(client);
  }
}
