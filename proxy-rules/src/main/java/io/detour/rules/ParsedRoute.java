package io.detour.rules;

/** What {@link Decision.Rewrite#route} makes of a request: a route, or the reason for none. */
public sealed interface ParsedRoute permits Route, NoRoute {}
