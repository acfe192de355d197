package io.detour.server.parse.http;

/** What {@link ForwardTarget#parse} makes of a request target. */
public sealed interface ParsedForwardTarget permits ForwardTarget, OriginForm, MalformedMessage {}
