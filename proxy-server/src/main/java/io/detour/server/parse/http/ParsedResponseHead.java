package io.detour.server.parse.http;

/** What {@link ResponseHeadReader#read} makes of the bytes that have come. */
public sealed interface ParsedResponseHead permits ResponseHead, Incomplete, MalformedMessage {}
