package io.detour.server.status;

import io.detour.rules.FallbackError;
import org.jspecify.annotations.Nullable;

/**
 * Why a dial failed, and how that is told to the client: the status and the error token of RFC 9209
 * 2.3. The statuses are Detour's; for {@link #RESOURCES} it differs from the recommended 500,
 * because the same request may work a moment later.
 *
 * <p>A parent proxy can report most of them. The details then say so.
 */
public enum DialError {
  /** The name has no address, or the DNS servers gave no usable answer. */
  DNS_ERROR(502, ProxyErrorType.DNS_ERROR, "the host has no address"),
  /** No DNS server answered within the DNS timeout. */
  DNS_TIMEOUT(504, ProxyErrorType.DNS_TIMEOUT, "no DNS server answered in time (timeouts.dns)"),
  /** The target's machine answered that nothing listens on the port. */
  CONNECTION_REFUSED(502, ProxyErrorType.CONNECTION_REFUSED, "the target refused the connection"),
  /** The target's machine did not answer within the connect timeout. */
  CONNECTION_TIMEOUT(
      504,
      ProxyErrorType.CONNECTION_TIMEOUT,
      "the target did not answer in time (timeouts.connect)"),
  /** There is no way to the address: no route, or not an address of a single machine. */
  DESTINATION_IP_UNROUTABLE(
      502, ProxyErrorType.DESTINATION_IP_UNROUTABLE, "there is no route to the target's address"),
  /** The address is one of the proxy's own listeners. */
  PROXY_LOOP(502, ProxyErrorType.PROXY_LOOP_DETECTED, "the target is this proxy"),
  /** This machine has no descriptor, no local port or no memory for another connection. */
  RESOURCES(503, ProxyErrorType.PROXY_INTERNAL_ERROR, "no resources for another connection"),
  /** The connection broke before it was of use. */
  CONNECTION_TERMINATED(502, ProxyErrorType.CONNECTION_TERMINATED, "the connection broke at once"),
  /** A parent proxy says that it cannot serve the target now. */
  DESTINATION_UNAVAILABLE(
      503, ProxyErrorType.DESTINATION_UNAVAILABLE, "the target is not available"),
  /** The target's address is one that may not be connected to. */
  DESTINATION_IP_PROHIBITED(
      403, ProxyErrorType.DESTINATION_IP_PROHIBITED, "the target's address is not allowed"),
  /** A parent proxy does not allow the target. */
  DENIED(403, ProxyErrorType.HTTP_REQUEST_DENIED, "the parent proxy denied the request"),
  /** A parent proxy cannot be used as it is configured: somebody has to change that. */
  PARENT_CONFIGURATION(
      502, ProxyErrorType.PROXY_CONFIGURATION_ERROR, "the parent proxy is not configured rightly"),
  /** A parent proxy answered something that tells nothing. */
  PARENT_ANSWER(
      502, ProxyErrorType.HTTP_PROTOCOL_ERROR, "the answer of the parent proxy is malformed");

  private final int status;
  private final ProxyErrorType type;
  private final String details;

  DialError(int status, ProxyErrorType type, String details) {
    this.status = status;
    this.type = type;
    this.details = details;
  }

  /** The HTTP status of the answer: 403, 502, 503 or 504. */
  public int status() {
    return status;
  }

  /** The error type of RFC 9209 2.3. */
  public ProxyErrorType type() {
    return type;
  }

  /** What happened, as one phrase of printable ASCII without quotes. */
  public String details() {
    return details;
  }

  /** What a rule calls it that lets the next target be tried, or null if no rule can. */
  public @Nullable FallbackError fallback() {
    return switch (this) {
      case DNS_ERROR -> FallbackError.DNS_ERROR;
      case DNS_TIMEOUT -> FallbackError.DNS_TIMEOUT;
      case CONNECTION_REFUSED -> FallbackError.CONNECTION_REFUSED;
      case CONNECTION_TIMEOUT -> FallbackError.CONNECTION_TIMEOUT;
      case CONNECTION_TERMINATED -> FallbackError.CONNECTION_TERMINATED;
      case DESTINATION_UNAVAILABLE -> FallbackError.DESTINATION_UNAVAILABLE;
      case DESTINATION_IP_UNROUTABLE -> FallbackError.DESTINATION_IP_UNROUTABLE;
      case RESOURCES,
          PROXY_LOOP,
          DESTINATION_IP_PROHIBITED,
          DENIED,
          PARENT_CONFIGURATION,
          PARENT_ANSWER ->
          null;
    };
  }

  /** Whether somebody decided against the target, so that nothing else may be tried instead. */
  public boolean isPolicy() {
    return this == PROXY_LOOP || this == DESTINATION_IP_PROHIBITED || this == DENIED;
  }

  /** Whether this machine failed, so that it says nothing about the target. */
  public boolean isLocal() {
    return this == DESTINATION_IP_UNROUTABLE || this == RESOURCES;
  }
}
