package io.detour.ops.replay;

/**
 * A line of a log that is none of Detour's.
 *
 * @param number from 1
 * @param text its beginning, fit for a terminal
 * @param reason why it is none, as half a sentence fit for a terminal
 */
public record StrangeLine(long number, String text, String reason) {}
