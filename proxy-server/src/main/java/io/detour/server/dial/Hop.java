package io.detour.server.dial;

import io.detour.core.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * One target of a rule, as it is dialled for a request.
 *
 * @param target its index among the rule's targets, from 0
 * @param address where to
 * @param via the name of the parent proxy, or null for none
 */
public record Hop(int target, HostPort address, @Nullable String via) {}
