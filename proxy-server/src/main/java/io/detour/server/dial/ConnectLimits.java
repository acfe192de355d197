package io.detour.server.dial;

/**
 * How long connecting may take.
 *
 * @param timeoutMillis the longest one address is tried
 * @param timeouts how many times that all addresses of a target may take together
 */
record ConnectLimits(int timeoutMillis, int timeouts) {}
