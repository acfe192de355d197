package io.detour.ops.ledger;

import org.jspecify.annotations.Nullable;

/**
 * One request that a rule decided.
 *
 * @param rule the name of the rule
 * @param host what was asked for, canonical and without a port
 * @param client where the request came from
 * @param user as whom, or null
 * @param userAgent with which program, as it says of itself, or null
 * @param target where it led, or null if nowhere
 * @param epochSecond when it was decided, in seconds since 1970
 */
public record LedgerUse(
    String rule,
    String host,
    String client,
    @Nullable String user,
    @Nullable String userAgent,
    @Nullable String target,
    long epochSecond) {}
