package io.detour.ops.ledger;

/** What a text that should say where a ledger is was read into. */
public sealed interface ParsedLedgerUrl permits LedgerUrl, MalformedLedgerUrl {}
