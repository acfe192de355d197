package io.detour.core;

/**
 * Why a text is not a host, not a host with a port or not a subnet.
 *
 * @param problem one phrase without any part of the input, so that it may be sent to the client
 */
public record MalformedAuthority(String problem)
    implements ParsedHost, ParsedAuthority, ParsedSubnet {}
