package io.detour.server.exchange;

import io.detour.server.connect.ClientTimeouts;
import io.detour.server.http.HeadLimits;
import io.detour.server.passage.PassageServices;

/**
 * What every exchange works with.
 *
 * @param passages lead to the origin
 * @param heads writes the heads that go on
 * @param headLimits how large the head of a response may be
 * @param timeouts how long to wait for whom
 */
public record ExchangeServices(
    PassageServices passages,
    ForwardedHeads heads,
    HeadLimits headLimits,
    ClientTimeouts timeouts) {}
