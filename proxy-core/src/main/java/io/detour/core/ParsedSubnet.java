package io.detour.core;

/** What {@link Subnet#parse} makes of a text: a subnet, or the reason why it is none. */
public sealed interface ParsedSubnet permits Subnet, MalformedAuthority {}
