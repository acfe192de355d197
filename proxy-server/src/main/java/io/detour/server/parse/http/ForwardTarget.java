package io.detour.server.parse.http;

import io.detour.core.HostPort;
import io.detour.core.Parsed;

/**
 * The target of a plain HTTP request to a proxy, the absolute-form of RFC 9112 3.2.2 with the
 * scheme {@code http}. Path and query are passed on byte for byte (RFC 9110 7.7): neither decoded
 * nor normalised, since whoever does so reads another target than the origin.
 *
 * <p>Any visible ASCII but {@code #} may stand in path and query, more than RFC 3986 lets: browsers
 * send <code>| ^ { }</code> as they are, and none of them can change where a request ends.
 *
 * <p>Immutable; any thread.
 *
 * @param address where it leads, port 80 if it names none
 * @param pathAndQuery what the origin is asked for: begins with {@code /}, or is {@code *} when
 *     OPTIONS has neither path nor query (RFC 9112 3.2.4)
 */
public record ForwardTarget(HostPort address, String pathAndQuery) {
  public static final int DEFAULT_PORT = 80;

  private static final String HTTP = "http";
  private static final String AUTHORITY_MARK = "://";

  /**
   * Reads the target of any method but CONNECT.
   *
   * @param target visible ASCII, as {@link HeadReader} makes sure
   * @return a target, or a malformed message of status 400, or 501 if the scheme is another
   */
  public static Received.Settled<ForwardTarget> parse(String method, String target) {
    if (target.startsWith("/") && target.indexOf('#') >= 0) {
      return fragment();
    }
    int schemeEnd = schemeEnd(target);
    if (schemeEnd < 0) {
      return malformed("this is a proxy: the request target is not an absolute URL");
    }
    boolean http = schemeEnd == HTTP.length() && target.regionMatches(true, 0, HTTP, 0, schemeEnd);
    return http
        ? afterScheme(method, target, schemeEnd + AUTHORITY_MARK.length())
        : new Received.Malformed<>(new MalformedMessage(501, "the scheme is not served"));
  }

  /** Where the scheme of an absolute URL ends (RFC 3986 3.1), or -1 if this is none. */
  private static int schemeEnd(String target) {
    int end = target.indexOf(AUTHORITY_MARK);
    if (end <= 0 || !isLetter(target.charAt(0))) {
      return -1;
    }
    for (int i = 1; i < end; i++) {
      char c = target.charAt(i);
      if (!isLetter(c) && !Octets.isDigit(c) && "+-.".indexOf(c) < 0) {
        return -1;
      }
    }
    return end;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static Received.Settled<ForwardTarget> afterScheme(
      String method, String target, int start) {
    if (target.indexOf('#', start) >= 0) {
      return fragment();
    }
    int end = start;
    while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
      end++;
    }
    String authority = target.substring(start, end);
    if (authority.indexOf('@') >= 0) {
      return malformed("the request target has user information");
    }
    return switch (HostPort.parse(HostField.withoutEmptyPort(authority), DEFAULT_PORT)) {
      case Parsed.Value(HostPort address) ->
          new Received.Complete<>(
              new ForwardTarget(address, pathAndQuery(method, target.substring(end))));
      case Parsed.Malformed(String problem) ->
          malformed("the request target has no valid host: " + problem);
    };
  }

  private static String pathAndQuery(String method, String rest) {
    if (rest.isEmpty()) {
      return method.equals("OPTIONS") ? "*" : "/";
    }
    return rest.startsWith("?") ? "/" + rest : rest;
  }

  /** RFC 9110 4.2.5: fragments are not sent. */
  private static Received.Settled<ForwardTarget> fragment() {
    return malformed("the request target has a fragment");
  }

  private static Received.Settled<ForwardTarget> malformed(String problem) {
    return new Received.Malformed<>(MessageKind.REQUEST.malformed(problem));
  }
}
