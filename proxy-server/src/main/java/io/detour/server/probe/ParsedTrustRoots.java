package io.detour.server.probe;

/** What came of reading the certificates to trust. */
public sealed interface ParsedTrustRoots permits TrustRoots, UnreadableTrustRoots {}
