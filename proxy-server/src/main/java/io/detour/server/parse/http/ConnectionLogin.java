package io.detour.server.parse.http;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * NTLM and Negotiate (RFC 4559): log-ins that take several requests and then hold for the
 * connection on which they came, not for the request. Any thread.
 */
public final class ConnectionLogin {
  private static final int UNAUTHORIZED = 401;
  private static final Set<String> SCHEMES = Set.of("NTLM", "NEGOTIATE");

  /**
   * What the first message of a log-in begins with in base64: {@code NTLMSSP}, NUL and 1, or the
   * tag of an initial token of GSS-API (RFC 2743 3.1).
   */
  private static final List<String> FIRST_MESSAGES = List.of("TlRMTVNTUAAB", "Y");

  private ConnectionLogin() {}

  /** Whether a request is a step of such a log-in. */
  public static boolean isIn(RequestHead request) {
    return request.fields().all("Authorization").stream().anyMatch(ConnectionLogin::isNamedBy);
  }

  /** Whether a request begins such a log-in: it needs nothing that came before. */
  public static boolean beginsWith(RequestHead request) {
    String credentials = request.fields().first("Authorization");
    if (credentials == null || !isNamedBy(credentials)) {
      return false;
    }
    String[] words = words(credentials);
    return words.length > 1 && FIRST_MESSAGES.stream().anyMatch(words[1]::startsWith);
  }

  /** Whether a response asks for such a log-in, or for its next step. */
  public static boolean isAskedForBy(ResponseHead response) {
    return response.status() == UNAUTHORIZED
        && response.fields().contains("WWW-Authenticate")
        && response.fields().tokens("WWW-Authenticate").stream()
            .anyMatch(ConnectionLogin::isNamedBy);
  }

  private static boolean isNamedBy(String schemeAndMore) {
    return SCHEMES.contains(words(schemeAndMore)[0].toUpperCase(Locale.ROOT));
  }

  /** The scheme, and its message if there is one (RFC 9110 11.4). */
  private static String[] words(String schemeAndMore) {
    return schemeAndMore.split("[ \t]+", 2);
  }
}
