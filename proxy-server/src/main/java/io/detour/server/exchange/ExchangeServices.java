package io.detour.server.exchange;

import io.detour.server.connect.ClientTimeouts;
import io.detour.server.connect.Pseudonym;
import io.detour.server.http.HeadLimits;
import io.detour.server.passage.PassageServices;

/**
 * What every exchange works with.
 *
 * @param passages lead to the origin
 * @param headLimits how large the head of a response may be
 * @param timeouts how long to wait for whom
 * @param pseudonym of this process in {@code Via}
 */
public record ExchangeServices(
    PassageServices passages, HeadLimits headLimits, ClientTimeouts timeouts, Pseudonym pseudonym) {
  /** Writes the heads that go on. */
  ForwardedHeads heads() {
    return new ForwardedHeads(pseudonym);
  }
}
