package io.detour.ops.certificates;

import java.util.Locale;

/** Why a TLS handshake failed. */
public enum HandshakeError {
  /** What came is no TLS: plain HTTP, SSH, a greeting of a mail server. */
  NO_TLS,
  /** The server told why it will not, by an alert (RFC 8446 6.2). */
  ALERT,
  /** The server ended the connection without a word. */
  CLOSED,
  /** The server, or something before it, reset the connection. */
  RESET,
  /** The handshake was not over in time; a server that waits for the client to speak plainly. */
  TIMEOUT,
  /** What the server sent cannot be used: broken, too large, or older than TLS 1.2. */
  UNUSABLE;

  private final String token = name().toLowerCase(Locale.ROOT);

  /** As it stands in JSON: {@code no_tls}. */
  public String token() {
    return token;
  }
}
