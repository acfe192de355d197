package io.detour.server.status;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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

  /**
   * What another proxy says of its failure in {@code Proxy-Status} (RFC 9209 2). Immutable; any
   * thread.
   *
   * @param rcode the DNS response code by name if there is one: upper-case letters and digits
   */
  public record Reported(ProxyErrorType type, @Nullable String rcode) {
    private static final Pattern RCODE = Pattern.compile("\"([A-Z0-9]{1,16})\"");

    /**
     * Reads a field value. The first member with an error counts: members stand in the order in
     * which the response passed the proxies, so it is the one next to the failure.
     *
     * @param value of the field, with several lines joined by commas (RFC 9110 5.3); any text
     * @return null if there is no error in it that is known here, or it is malformed
     */
    public static @Nullable Reported parse(String value) {
      List<String> members = split(value, ',');
      if (members == null) {
        return null;
      }
      for (String member : members) {
        List<String> parameters = split(member, ';');
        if (parameters == null) {
          return null;
        }
        ProxyErrorType type = type(valueOf("error", parameters));
        if (type != null) {
          return new Reported(type, rcode(valueOf("rcode", parameters)));
        }
      }
      return null;
    }

    private static @Nullable ProxyErrorType type(@Nullable String token) {
      return Arrays.stream(ProxyErrorType.values())
          .filter(type -> type.token().equals(token))
          .findFirst()
          .orElse(null);
    }

    private static @Nullable String rcode(@Nullable String quoted) {
      if (quoted == null) {
        return null;
      }
      Matcher matcher = RCODE.matcher(quoted);
      return matcher.matches() ? matcher.group(1) : null;
    }

    /** The value of a parameter; the first part of a member is no parameter. */
    private static @Nullable String valueOf(String key, List<String> parts) {
      return parts.stream()
          .skip(1)
          .filter(part -> part.startsWith(key + '='))
          .map(part -> part.substring(key.length() + 1))
          .findFirst()
          .orElse(null);
    }

    /**
     * The parts between separators that are in no quotes (RFC 8941 3.3.3), or null if one has no
     * end.
     */
    private static @Nullable List<String> split(String text, char separator) {
      List<String> parts = new ArrayList<>();
      boolean quoted = false;
      int start = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '"') {
          quoted = !quoted;
        } else if (c == '\\' && quoted) {
          i++;
        } else if (c == separator && !quoted) {
          parts.add(text.substring(start, i).strip());
          start = i + 1;
        }
      }
      parts.add(text.substring(start).strip());
      return quoted ? null : parts;
    }
  }
}
