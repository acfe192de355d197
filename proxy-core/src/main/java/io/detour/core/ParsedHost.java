package io.detour.core;

/** What {@link Host#parse} makes of a text: a host, or the reason why it is none. */
public sealed interface ParsedHost permits Host, MalformedAuthority {}
