package io.detour.rules;

/** What the texts of a rule's {@code brownout} are read into, or the reason why they are none. */
public sealed interface ParsedBrownout permits Brownout, Malformed {}
