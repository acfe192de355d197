package io.detour.server.accept;

import java.nio.file.Path;

/**
 * What a TLS listener shows its clients.
 *
 * @param certificate a PEM file: the listener's certificate, then those above it
 * @param key a PEM file: the private key, PKCS 8 and not encrypted
 */
public record TlsFiles(Path certificate, Path key) {}
