package io.detour.server.parse.http;

/** What {@link RequestHeadReader#read} makes of the bytes that have come. */
public sealed interface ParsedRequestHead permits RequestHead, Incomplete, MalformedMessage {}
