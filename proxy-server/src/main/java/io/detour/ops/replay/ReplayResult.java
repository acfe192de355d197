package io.detour.ops.replay;

/**
 * What other rules would have done with the requests of a log. Immutable.
 *
 * @param requests how many there are
 * @param undecided how many of them were not compared, because the log does not tell what the rules
 *     said: those that could not be read or were refused before the rules were asked
 * @param changed action, mode or destination is another
 * @param renamed another rule decides, with the same action, mode and destination
 */
public record ReplayResult(long requests, long undecided, Changes changed, Changes renamed) {}
