/**
 * Reads Detour's access log back, and asks tomorrow's rules about yesterday's requests.
 *
 * <p>{@link io.detour.ops.replay.AccessLogReader} takes the text format that {@link
 * io.detour.server.log.AccessLog} writes, and JSON lines; plain or compressed by gzip. It keeps one
 * line in memory, so a log may be of any size. A line that is no request is counted and the first
 * ones are kept, with the reason; nothing is dropped unseen.
 *
 * <p>{@link io.detour.ops.replay.Replay} joins the lines of a request, decides it again at the time
 * of its line, and groups what is different: {@link io.detour.ops.replay.ReplayResult}.
 */
@NullMarked
package io.detour.ops.replay;

import org.jspecify.annotations.NullMarked;
