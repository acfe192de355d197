package io.detour.server.dial;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Another proxy, through which targets are reached. Its texts show no credentials. Immutable; any
 * thread.
 *
 * @param protocol how it is asked for a target
 * @param address where it is; resolved and connected to like any target
 * @param credentials who Detour is to it, or null if it asks nobody
 */
public record Parent(Protocol protocol, HostPort address, @Nullable Credentials credentials) {
  /** What {@link #parse} takes. */
  public static final String EXPECTED =
      "http://[USER:PASSWORD@]HOST[:PORT] or socks5://[USER:PASSWORD@]HOST[:PORT]";

  /** What stands for user name and password wherever a parent is shown. */
  public static final String MASK = "***";

  private static final String AFTER_SCHEME = "://";

  /** {@code userinfo} of RFC 3986 3.2.1. */
  private static final Pattern USER_INFO =
      Pattern.compile("(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*");

  private static final char UNDECODABLE = '\ufffd';

  public enum Protocol {
    /**
     * {@code CONNECT} of RFC 9110 9.3.6, or requests in absolute-form (RFC 9112 3.2.2), with Basic
     * credentials (RFC 7617).
     */
    HTTP(3128),
    /** RFC 1928, with user name and password (RFC 1929). */
    SOCKS5(1080);

    private final int usualPort;

    Protocol(int usualPort) {
      this.usualPort = usualPort;
    }

    /** As it stands before {@code ://}. */
    public String scheme() {
      return this == HTTP ? "http" : "socks5";
    }

    /** Whether it takes requests of plain HTTP as they are, and not only asks for tunnels. */
    boolean takesRequests() {
      return this == HTTP;
    }

    private static @Nullable Protocol ofScheme(String text) {
      for (Protocol protocol : values()) {
        if (protocol.scheme().equalsIgnoreCase(text)) {
          return protocol;
        }
      }
      return null;
    }

    /** What this protocol has no way to say, or null if it can say them. */
    private @Nullable String refusal(Credentials credentials) {
      if (hasControl(credentials.user) || hasControl(credentials.password)) {
        return "user name or password has a control character";
      }
      return switch (this) {
        case HTTP ->
            credentials.user.indexOf(':') < 0
                ? null
                : "the user name has a colon, which Basic lacks";
        case SOCKS5 ->
            fitsSocks(credentials.user) && fitsSocks(credentials.password)
                ? null
                : "user name and password have to be 1 to 255 bytes long for SOCKS 5";
      };
    }

    private static boolean hasControl(String text) {
      return text.chars().anyMatch(Character::isISOControl);
    }

    private static boolean fitsSocks(String text) {
      int bytes = text.getBytes(UTF_8).length;
      return bytes >= 1 && bytes <= 255;
    }
  }

  /** A name, which is not empty, and a secret, which may be empty in HTTP. */
  public record Credentials(String user, String password) {
    /** Shows neither. */
    @Override
    public String toString() {
      return MASK;
    }
  }

  /**
   * @throws IllegalArgumentException if the protocol has no way to say the credentials; the message
   *     shows nothing of them
   */
  public Parent {
    String refusal = credentials == null ? null : protocol.refusal(credentials);
    if (refusal != null) {
      throw new IllegalArgumentException("credentials: " + refusal);
    }
  }

  /**
   * Reads {@code http://user:password@host:port} or the same with {@code socks5}. User name and
   * password are percent-decoded and may be missing together; so may the port, which is 3128 or
   * 1080 then. There is nothing behind it.
   *
   * @param text any text
   * @return a parent, or what is wrong as one phrase without any part of the text, which may hold a
   *     password
   */
  public static Parsed<Parent> parse(String text) {
    int end = text.indexOf(AFTER_SCHEME);
    Protocol protocol = end < 0 ? null : Protocol.ofScheme(text.substring(0, end));
    if (protocol == null) {
      return Parsed.malformed("it does not begin with http:// or socks5://");
    }
    String authority = text.substring(end + AFTER_SCHEME.length());
    if (authority.chars().anyMatch(c -> c == '/' || c == '?' || c == '#')) {
      return Parsed.malformed(
          "there is a / or ? or # (in a password: %2F, %3F, %23); a parent proxy has no path");
    }
    int at = authority.lastIndexOf('@');
    return switch (HostPort.parse(authority.substring(at + 1), protocol.usualPort)) {
      case Parsed.Value(HostPort address) ->
          at < 0
              ? Parsed.of(new Parent(protocol, address, null))
              : withCredentials(protocol, address, authority.substring(0, at));
      case Parsed.Malformed(String problem) -> Parsed.malformed(problem);
    };
  }

  private static Parsed<Parent> withCredentials(Protocol protocol, HostPort address, String text) {
    if (text.equals(MASK)) {
      return Parsed.malformed("user name and password are masked, as they are shown");
    }
    if (!USER_INFO.matcher(text).matches()) {
      return Parsed.malformed(
          "user name or password has a character that has to be written as %XX, such as %40 for @");
    }
    int colon = text.indexOf(':');
    String user = decoded(colon < 0 ? text : text.substring(0, colon));
    String password = colon < 0 ? "" : decoded(text.substring(colon + 1));
    if (user.isEmpty()) {
      return Parsed.malformed("the user name is empty");
    }
    if (user.indexOf(UNDECODABLE) >= 0 || password.indexOf(UNDECODABLE) >= 0) {
      return Parsed.malformed("user name or password is not UTF-8");
    }
    Credentials credentials = new Credentials(user, password);
    String refusal = protocol.refusal(credentials);
    return refusal == null
        ? Parsed.of(new Parent(protocol, address, credentials))
        : Parsed.malformed(refusal);
  }

  /** A plus means itself, unlike in a form. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }

  /** What {@code Proxy-Authorization} says to it (RFC 7617), or null to leave it out; a secret. */
  public @Nullable String authorization() {
    if (credentials == null) {
      return null;
    }
    String pair = credentials.user() + ':' + credentials.password();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
  }

  /** What it means that it wants other credentials than it was given, as one phrase. */
  public String whyUnauthorized() {
    return credentials == null
        ? "the parent proxy wants credentials and none are configured"
        : "the parent proxy refused Detour's credentials";
  }

  /** As {@link #parse} takes it, but for the credentials: {@code http://***@proxy.example:3128}. */
  @Override
  public String toString() {
    String user = credentials == null ? "" : MASK + '@';
    return protocol.scheme() + AFTER_SCHEME + user + address;
  }
}
