package io.detour.rules;

/** What {@link PortRange#parse} makes of a text: a range, or the reason why it is none. */
public sealed interface ParsedPorts permits PortRange, Malformed {}
