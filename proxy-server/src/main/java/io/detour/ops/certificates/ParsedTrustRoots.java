package io.detour.ops.certificates;

/** What came of reading the certificates to trust. */
public sealed interface ParsedTrustRoots permits TrustRoots, UnreadableTrustRoots {}
