package io.detour.ops.ledger;

import org.jspecify.annotations.Nullable;

/**
 * The use of a legacy name, by one client or by all. Times are seconds since 1970.
 *
 * @param rule the rule that decided it
 * @param host the legacy name
 * @param client who used it, or null if these are all clients
 * @param clients how many these are
 * @param user of the last request, or null
 * @param userAgent of the last request, or null
 * @param target of the last request, or null
 * @param firstSeen its first use
 * @param lastSeen its last use
 * @param requests how many there were
 * @param upstreamBytes of tunnels and requests that have ended
 * @param downstreamBytes the same the other way
 */
public record UseReport(
    String rule,
    String host,
    @Nullable String client,
    long clients,
    @Nullable String user,
    @Nullable String userAgent,
    @Nullable String target,
    long firstSeen,
    long lastSeen,
    long requests,
    long upstreamBytes,
    long downstreamBytes) {}
