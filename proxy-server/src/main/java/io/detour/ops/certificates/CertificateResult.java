package io.detour.ops.certificates;

import java.util.Locale;

/** What came of looking at the certificate of a target; a value of the metric label. */
public enum CertificateResult {
  /** A browser would take it. */
  GOOD,
  /** It is not for the legacy name. */
  NAME_MISMATCH,
  /** Its time, or that of a certificate above it, is over or has not come. */
  EXPIRED,
  /** It leads to nobody who is trusted. */
  UNTRUSTED,
  /** The target's name was not found. */
  UNRESOLVED,
  /** The target's address may not be connected to. */
  DENIED,
  /** The target did not answer. */
  UNREACHABLE,
  /** The target answered, and not in TLS. */
  NO_TLS,
  /** The TLS handshake ended before there was a certificate. */
  HANDSHAKE_FAILED,
  /** A bug: the log has it. */
  ERROR;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** As on the metrics page: {@code name_mismatch}. */
  public String label() {
    return label;
  }
}
