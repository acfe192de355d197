package io.detour.server.http;

/** What {@link ResponseHeadReader#read} makes of the bytes that have come. */
public sealed interface ParsedResponseHead permits ResponseHead, Incomplete, MalformedMessage {}
