package io.detour.core;

/**
 * Why a text is not a host or not a host with a port.
 *
 * @param problem one phrase without any part of the input, so that it may be sent to the client
 */
public record MalformedAuthority(String problem) implements ParsedHost, ParsedAuthority {}
