package io.detour.rules;

/** What {@link Target#parse} makes of a text: a target, or the reason why it is none. */
public sealed interface ParsedTarget permits Target, Malformed {}
