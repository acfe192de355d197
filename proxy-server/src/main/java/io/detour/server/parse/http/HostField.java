package io.detour.server.parse.http;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import org.jspecify.annotations.Nullable;

/** The field Host of a request (RFC 9112 3.2). Any thread. */
public final class HostField {
  private HostField() {}

  /**
   * Why the field is not what RFC 9112 3.2 asks for, or null: exactly one in HTTP/1.1, at most one
   * in HTTP/1.0, and it is {@code host} or {@code host:port} of {@link HostPort}, not empty. RFC
   * 3986 3.2.3 lets the port be empty behind its colon.
   */
  public static @Nullable MalformedMessage problem(RequestHead head) {
    String host = head.fields().first("Host");
    if (host == null) {
      return head.minorVersion() >= 1 ? malformed("the header Host is missing") : null;
    }
    if (head.fields().count("Host") > 1) {
      return malformed("there is more than one header Host");
    }
    return HostPort.parse(withoutEmptyPort(host), ForwardTarget.DEFAULT_PORT)
            instanceof Parsed.Value<HostPort>
        ? null
        : malformed("the header Host is not HOST or HOST:PORT");
  }

  /**
   * Whether the field, if there is one, names what the request asks for. A port that it leaves out
   * is that of the scheme; CONNECT has none, so there it is the one that is asked for.
   *
   * @param head whose Host has no {@link #problem}
   * @param asked the host and port of the request target
   */
  public static boolean names(RequestHead head, HostPort asked) {
    String host = head.fields().first("Host");
    int usualPort = head.is("CONNECT") ? asked.port() : ForwardTarget.DEFAULT_PORT;
    return host == null
        || HostPort.parse(withoutEmptyPort(host), usualPort).equals(Parsed.of(asked));
  }

  /** Takes away a colon that no port follows (RFC 3986 3.2.3), but not that of an empty host. */
  static String withoutEmptyPort(String authority) {
    int hostEnd = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
    return hostEnd > 0 && hostEnd == authority.length() - 1 && authority.charAt(hostEnd) == ':'
        ? authority.substring(0, hostEnd)
        : authority;
  }

  private static MalformedMessage malformed(String problem) {
    return MessageKind.REQUEST.malformed(problem);
  }
}
