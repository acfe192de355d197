package io.detour.server.dial;

/**
 * Text that is no address of a parent proxy.
 *
 * @param problem what is wrong with it, as one phrase without any part of the text, which may hold
 *     a password
 */
public record MalformedParent(String problem) implements ParsedParent {}
