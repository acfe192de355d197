package io.detour.server.parse.http;

/** How far a {@link ContentReader} has come. */
public sealed interface ContentProgress permits Incomplete, EndOfContent, MalformedMessage {}
