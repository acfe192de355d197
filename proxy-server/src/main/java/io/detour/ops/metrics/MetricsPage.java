package io.detour.ops.metrics;

/**
 * The metrics page in one of its formats.
 *
 * @param contentType value of the header {@code Content-Type}
 * @param body owned by the receiver
 */
@SuppressWarnings("ArrayRecordComponent") // passed on and written once, never compared
public record MetricsPage(String contentType, byte[] body) {}
