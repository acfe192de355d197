package io.detour.server.serve;

import io.detour.core.TunnelStats;
import java.time.Duration;

/**
 * Tells from how a tunnel went whether its client has probably refused the certificate. Detour sees
 * no TLS, only how much went which way and when.
 *
 * <p>A client that refuses says a ClientHello, gets the server's flight with the certificate, and
 * then says an alert and no more: 7 bytes in TLS 1.2 (RFC 5246 7.2), 24 to 30 in TLS 1.3 with the
 * change of cipher before it (RFC 8446 6 and D.4). OpenSSL, which compares names after the
 * handshake, sends its last flight before that: 80 to 130 bytes in all. A client that is content
 * sends its request on top of that flight, which no HTTP request does in so few bytes.
 */
final class TlsRefusal {
  /** Longer than a refusal takes over a slow line, shorter than people look at a page. */
  private static final Duration MAX_DURATION = Duration.ofSeconds(2);

  /** No ClientHello of a browser or a library is smaller. */
  private static final long MIN_HELLO = 100;

  /** Two of them with keys that withstand quantum computers, when the server wants another one. */
  private static final long MAX_HELLO = 4 * 1024;

  /** No flight with a certificate is smaller. */
  private static final long MIN_FLIGHT = 256;

  /** A flight with a long chain. */
  private static final long MAX_FLIGHT = 16 * 1024;

  /** A fatal alert in the clear. */
  private static final long MIN_LAST_WORDS = 7;

  /** The last flight of a handshake and an alert. */
  private static final long MAX_LAST_WORDS = 130;

  private TlsRefusal() {}

  /** Whether a tunnel that has ended looks like that. */
  static boolean isSuspected(TunnelStats stats) {
    boolean byPeers =
        switch (stats.reason()) {
          // A server ends the connection on an alert, perhaps before the client does.
          case CLIENT_FIN, CLIENT_RESET, UPSTREAM_FIN, UPSTREAM_RESET -> true;
          case IDLE_TIMEOUT, HALF_CLOSE_TIMEOUT, WRITE_STALL, DRAIN, KILLED, ERROR -> false;
        };
    return byPeers
        && stats.duration().compareTo(MAX_DURATION) <= 0
        && isWithin(MIN_HELLO, stats.openingBytes(), MAX_HELLO)
        && isWithin(MIN_FLIGHT, stats.downstreamBytes(), MAX_FLIGHT)
        && isWithin(MIN_LAST_WORDS, stats.upstreamBytes() - stats.openingBytes(), MAX_LAST_WORDS);
  }

  private static boolean isWithin(long least, long bytes, long most) {
    return bytes >= least && bytes <= most;
  }
}
