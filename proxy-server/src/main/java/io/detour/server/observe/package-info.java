/**
 * What Detour tells about itself: counters, the metrics page and the access log.
 *
 * <p>Counting is the data path's part and costs it hardly a shared write: every event loop counts
 * in its own {@link io.detour.server.observe.LoopCounters}; only dials, lookups and the clients of
 * a listener are counted by all. Reading is the scrape's part: {@link
 * io.detour.server.observe.Metrics} adds the loops up when somebody asks.
 */
@NullMarked
package io.detour.server.observe;

import org.jspecify.annotations.NullMarked;
