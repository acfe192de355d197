package io.detour.ops.certificates;

/**
 * Certificates to trust that could not be read.
 *
 * @param problem in one sentence that names the file, fit for a terminal
 */
public record UnreadableTrustRoots(String problem) implements ParsedTrustRoots {}
