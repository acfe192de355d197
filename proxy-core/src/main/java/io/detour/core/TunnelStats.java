package io.detour.core;

import java.time.Duration;

/**
 * What a tunnel did, known when it has ended.
 *
 * @param upstreamBytes bytes delivered to the upstream host, early bytes included
 * @param downstreamBytes bytes delivered to the client
 * @param path the path it ended on: {@code SPLICE} when at least one direction was streaming
 * @param reason why it ended
 * @param duration from the start of the relay to its end
 */
public record TunnelStats(
    long upstreamBytes,
    long downstreamBytes,
    RelayPath path,
    CloseReason reason,
    Duration duration) {}
