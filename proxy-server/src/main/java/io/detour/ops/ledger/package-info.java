/**
 * Who still uses which legacy name: one row for each rule, host and client, kept over restarts.
 *
 * <p>Event loops hand a use to {@link io.detour.ops.ledger.Ledger}, which adds it up in memory. A
 * thread of its own merges what has come together into a database every few seconds. Reading is
 * apart from that: {@link io.detour.ops.ledger.LedgerReading} opens the database for itself, in a
 * running Detour and in {@code detour report} alike.
 */
@NullMarked
package io.detour.ops.ledger;

import org.jspecify.annotations.NullMarked;
