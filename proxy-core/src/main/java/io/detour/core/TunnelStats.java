package io.detour.core;

import java.time.Duration;

/**
 * What a tunnel did, known when it has ended.
 *
 * @param upstreamBytes bytes delivered to the upstream host, early bytes included
 * @param downstreamBytes bytes delivered to the client
 * @param openingBytes bytes delivered to the upstream host before the first byte reached the
 *     client, which is all of them if none did: what the client said before it was answered
 * @param path the path it ended on: {@code SPLICE} when at least one direction was streaming
 * @param reason why it ended
 * @param duration from the start of the relay to its end
 */
public record TunnelStats(
    long upstreamBytes,
    long downstreamBytes,
    long openingBytes,
    RelayPath path,
    CloseReason reason,
    Duration duration) {}
