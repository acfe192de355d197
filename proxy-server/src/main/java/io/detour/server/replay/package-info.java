/**
 * Reads Detour's access log back, so that yesterday's requests can be asked of tomorrow's rules.
 *
 * <p>{@link io.detour.server.replay.AccessLogReader} takes the text format that {@link
 * io.detour.server.observe.AccessLog} writes, and JSON lines; plain or compressed by gzip. It keeps
 * one line in memory, so a log may be of any size. A line that is no request is counted and the
 * first ones are kept, with the reason; nothing is dropped unseen.
 */
@NullMarked
package io.detour.server.replay;

import org.jspecify.annotations.NullMarked;
