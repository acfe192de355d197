package io.detour.server.ledger;

/** A report, or the reason why there is none. */
public sealed interface ReadReport permits Report, UnreadableLedger {}
