package io.detour.ops.certificates;

import io.detour.server.dns.Resolution;
import io.detour.server.status.DialError;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of trying a target out. Immutable; any thread.
 *
 * @param lookup the addresses; null if a parent proxy looks them up
 * @param connection null if it was not wanted or there is no address
 * @param handshake null if it was not wanted or there is no connection
 */
public record ProbeReport(
    Probe probe,
    @Nullable Lookup lookup,
    @Nullable Connection connection,
    @Nullable Handshake handshake) {
  /** Whether every step that was wanted went well, the judgement of the certificate included. */
  public boolean isGood() {
    boolean found = lookup == null || lookup.answer() instanceof Resolution.Addresses;
    return switch (probe.depth()) {
      case RESOLVE -> found;
      case CONNECT -> connection instanceof Connection.Made;
      case TLS -> handshake instanceof Handshake.Made made && made.certificate().isAccepted();
    };
  }

  /** What the target showed in the handshake, or null if it did not come to that. */
  public @Nullable CertificateCheck certificate() {
    return handshake == null ? null : handshake.certificate();
  }

  /** Why there is no connection; null if there is one, or none was attempted. */
  public @Nullable Failure failure() {
    if (connection instanceof Connection.Failed failed) {
      return new Failure(failed.error(), failed.details());
    }
    return lookup != null && lookup.answer() instanceof Resolution.Unresolved unresolved
        ? new Failure(unresolved.error(), unresolved.details())
        : null;
  }

  /** Why a target was not reached. */
  public record Failure(DialError error, String details) {}

  /** The addresses in the order in which they are tried, or why there are none. */
  public record Lookup(Resolution answer, Duration took) {}

  public sealed interface Connection {
    /** Addresses that a connection was attempted to: 0 if it did not come to that. */
    int attempts();

    Duration took();

    /** An address answered. */
    record Made(InetSocketAddress remote, int attempts, Duration took) implements Connection {}

    /** None answered; the details are a phrase of printable ASCII. */
    record Failed(
        DialError error, String details, @Nullable String rcode, int attempts, Duration took)
        implements Connection {}
  }

  public sealed interface Handshake {
    /** What the server showed; null if it did not come to that. */
    @Nullable CertificateCheck certificate();

    Duration took();

    /** It went through, whatever the certificate is worth. */
    record Made(String protocol, String cipherSuite, CertificateCheck certificate, Duration took)
        implements Handshake {}

    /**
     * It did not; the details are a phrase, fit for a terminal.
     *
     * @param certificate there if the server broke off behind it, as when it wants the client's
     */
    record Failed(
        HandshakeError error, String details, @Nullable CertificateCheck certificate, Duration took)
        implements Handshake {}
  }

  /** Why a TLS handshake failed. */
  public enum HandshakeError {
    /** What came is no TLS: plain HTTP, SSH, a greeting of a mail server. */
    NO_TLS,
    /** The server told why it will not, by an alert (RFC 8446 6.2). */
    ALERT,
    CLOSED,
    RESET,
    /** The handshake was not over in time; a server that waits for the client to speak plainly. */
    TIMEOUT,
    /** What the server sent cannot be used: broken, too large, or older than TLS 1.2. */
    UNUSABLE
  }
}
