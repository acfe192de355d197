package io.detour.server.status;

import java.util.Locale;

/**
 * Why a request failed, in the terms of RFC 9209 2.3. Those that only a proxy with caches, response
 * size limits or its own TLS could meet are left out.
 */
public enum ProxyErrorType {
  DNS_TIMEOUT,
  DNS_ERROR,
  DESTINATION_NOT_FOUND,
  DESTINATION_UNAVAILABLE,
  DESTINATION_IP_PROHIBITED,
  DESTINATION_IP_UNROUTABLE,
  CONNECTION_REFUSED,
  CONNECTION_TERMINATED,
  CONNECTION_TIMEOUT,
  CONNECTION_READ_TIMEOUT,
  CONNECTION_WRITE_TIMEOUT,
  CONNECTION_LIMIT_REACHED,
  HTTP_REQUEST_ERROR,
  HTTP_REQUEST_DENIED,
  HTTP_RESPONSE_INCOMPLETE,
  HTTP_RESPONSE_TIMEOUT,
  HTTP_UPGRADE_FAILED,
  HTTP_PROTOCOL_ERROR,
  PROXY_INTERNAL_ERROR,
  PROXY_CONFIGURATION_ERROR,
  PROXY_LOOP_DETECTED;

  private final String token = name().toLowerCase(Locale.ROOT);

  /**
   * As it stands in {@code Proxy-Status: detour; error=…}, in the log and in the label {@code
   * error}: {@code connection_refused}.
   */
  public String token() {
    return token;
  }
}
