package io.detour.server.parse.http;

/** Where the content of a message ends, or why nobody can say. */
public sealed interface ParsedFraming permits Framing, MalformedMessage {}
