/**
 * Reads Detour's access log back, and asks tomorrow's rules about yesterday's requests.
 *
 * <p>{@link io.detour.ops.replay.AccessLogReader} takes text and JSON lines, plain or compressed by
 * gzip, of any length: it keeps one line in memory. A line that is no request is counted, and the
 * first ones are kept, with the reason. {@link io.detour.ops.replay.Replay} decides each request
 * again at the time of its line, and groups what is different.
 */
@NullMarked
package io.detour.ops.replay;

import org.jspecify.annotations.NullMarked;
