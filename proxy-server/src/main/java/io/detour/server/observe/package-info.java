/**
 * What Detour tells about itself: counters, the metrics page and the access log.
 *
 * <p>Counting is the data path's part and costs it no shared write: every event loop counts in its
 * own {@link io.detour.server.observe.LoopCounters}. Reading is the scrape's part: {@link
 * io.detour.server.observe.Metrics} adds the loops up when somebody asks.
 */
@NullMarked
package io.detour.server.observe;

import org.jspecify.annotations.NullMarked;
