package io.detour.server.dial;

import io.detour.core.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * What a parent proxy is asked for.
 *
 * @param target where it is to connect to
 * @param via the value of {@code Via} (RFC 9110 7.6.3), or null for none; SOCKS has no place for it
 */
record ParentRequest(HostPort target, @Nullable String via) {}
