package io.detour.server.log;

import io.detour.core.HostPort;
import io.detour.core.RelayPath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel that is open, at one moment. Immutable.
 *
 * @param asked who asked for what
 * @param rule that decided, or null
 * @param target where it leads
 * @param relay how its last bytes moved
 * @param since when its relay began
 * @param volume what it has delivered since its relay began
 */
public record TunnelProgress(
    Asked asked,
    @Nullable String rule,
    HostPort target,
    RelayPath relay,
    Instant since,
    AccessLog.Volume volume) {}
