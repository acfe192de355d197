package io.detour.ops.metrics;

/**
 * What runs.
 *
 * @param version of Detour, {@code 0.1.0}
 * @param revision of its sources, or {@code unknown}
 * @param java version of the Java runtime, {@code 25.0.1}
 */
public record BuildInfo(String version, String revision, String java) {}
