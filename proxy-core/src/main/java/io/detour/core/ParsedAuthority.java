package io.detour.core;

/** What {@link HostPort#parse} makes of a text: host and port, or the reason why it is neither. */
public sealed interface ParsedAuthority permits HostPort, MalformedAuthority {}
