package io.detour.ops.replay;

import java.time.Instant;

/**
 * Requests with one and the same change. Immutable.
 *
 * @param change what they have in common
 * @param requests how many there are, at least 1
 * @param clients how many different clients sent them, as far as they were counted
 * @param moreClients whether there may be more
 * @param first when the first of them was logged
 * @param last when the last of them was logged
 */
public record ChangeGroup(
    Change change, long requests, int clients, boolean moreClients, Instant first, Instant last) {}
