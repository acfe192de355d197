package io.detour.server.serve;

import io.detour.server.parse.http.HeadLimits;

/**
 * What every exchange works with.
 *
 * @param passages lead to the origin
 * @param heads writes the heads that go on
 * @param headLimits how large the head of a response may be
 * @param timeouts how long to wait for whom
 */
public record ExchangeServices(
    CallServices passages,
    ForwardedHeads heads,
    HeadLimits headLimits,
    ClientTimeouts timeouts) {}
