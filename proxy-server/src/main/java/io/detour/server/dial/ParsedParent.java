package io.detour.server.dial;

/** What the address of a parent proxy was read into: a {@link Parent}, or what is wrong with it. */
public sealed interface ParsedParent permits Parent, MalformedParent {}
