/**
 * What the data path counts: each event loop in its own {@link
 * io.detour.server.account.LoopCounters}, added up when somebody asks. Only dials, lookups and the
 * clients of a listener are counted by all loops.
 */
@NullMarked
package io.detour.server.account;

import org.jspecify.annotations.NullMarked;
