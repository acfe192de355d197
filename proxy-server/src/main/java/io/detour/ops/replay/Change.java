package io.detour.ops.replay;

import io.detour.core.HostPort;

/**
 * That rules say something else about a request than the log. Immutable.
 *
 * @param asked what was asked for
 * @param was what the log says
 * @param now what the new rules say
 */
public record Change(HostPort asked, Ruling was, Ruling now) {}
