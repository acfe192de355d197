package io.detour.ops.ledger;

/**
 * A text that says no place of a ledger.
 *
 * @param problem what is wrong, without any part of the text, since that may hold a password
 */
public record MalformedLedgerUrl(String problem) implements ParsedLedgerUrl {}
