package io.detour.server.ledger;

/**
 * A ledger that cannot be read.
 *
 * @param problem which, and why, on one line and without secrets
 */
public record UnreadableLedger(String problem) implements ReadReport {}
