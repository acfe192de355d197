package io.detour.server.accept;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One listener for clients of the proxy.
 *
 * @param address where
 * @param proxyProtocol what a connection begins with
 * @param backlog connections that may wait to be accepted, at least 1; the kernel caps it
 * @param reusePort whether each event loop has a listening socket of its own ({@code SO_REUSEPORT})
 * @param tls what it shows its clients, or null if they speak without TLS
 */
public record ListenerOptions(
    ListenAddress address,
    ProxyProtocol proxyProtocol,
    int backlog,
    boolean reusePort,
    @Nullable TlsFiles tls) {
  /** As HAProxy and nginx ask for more than the kernel's default. */
  public static final int DEFAULT_BACKLOG = 4096;

  /** A listener about which nothing but its address is said. */
  public static ListenerOptions of(ListenAddress address) {
    return new ListenerOptions(address, ProxyProtocol.OFF, DEFAULT_BACKLOG, false, null);
  }

  /** The same elsewhere. */
  ListenerOptions withAddress(ListenAddress other) {
    return new ListenerOptions(other, proxyProtocol, backlog, reusePort, tls);
  }

  /** Whether a client's connection begins with a header of HAProxy's PROXY protocol. */
  public enum ProxyProtocol {
    /** It does not. */
    OFF,
    /** It does, in text. */
    V1,
    /** It does, in binary. */
    V2,
    /** It does, in either form. */
    AUTO
  }

  /**
   * What a TLS listener shows its clients.
   *
   * @param certificate a PEM file: the listener's certificate, then those above it
   * @param key a PEM file: the private key, PKCS 8 and not encrypted
   */
  public record TlsFiles(Path certificate, Path key) {}
}
