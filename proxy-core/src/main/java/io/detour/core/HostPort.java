package io.detour.core;

/** A canonical host and a TCP port, 1 to 65535: where a tunnel is to go. Immutable; any thread. */
public record HostPort(Host host, int port) {
  private static final int MAX_PORT = 65535;

  /** Longer than any port with a few leading zeros, short enough never to overflow an int. */
  private static final int MAX_PORT_DIGITS = 9;

  /**
   * @throws IllegalArgumentException if the port is out of range
   */
  public HostPort {
    if (!isPort(port)) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
  }

  /** Whether a number is a TCP port that can be connected to: 1 to 65535. */
  public static boolean isPort(int number) {
    return number >= 1 && number <= MAX_PORT;
  }

  /**
   * Reads the authority-form of a request target (RFC 9112 3.2.3): {@code host:port}, an IPv6
   * address in brackets. There is no default port and no user information.
   *
   * @return a problem is one phrase without any part of the text, so that a client may be told
   */
  public static Parsed<HostPort> parse(String text) {
    boolean bracketed = text.startsWith("[");
    int hostEnd = bracketed ? text.indexOf(']') : text.indexOf(':');
    if (bracketed && hostEnd < 0) {
      return Parsed.malformed("\"[\" has no \"]\"");
    }
    int colon = bracketed ? hostEnd + 1 : hostEnd;
    if (hostEnd < 0 || colon >= text.length() || text.charAt(colon) != ':') {
      return Parsed.malformed("port is missing");
    }
    String hostText = text.substring(bracketed ? 1 : 0, hostEnd);
    if (bracketed && hostText.indexOf(':') < 0) {
      return Parsed.malformed("only an IPv6 address stands in brackets");
    }
    int port = parsePort(text, colon + 1);
    if (port < 0) {
      return Parsed.malformed("port is not a number from 1 to 65535");
    }
    return Host.parse(hostText).map(host -> new HostPort(host, port));
  }

  /**
   * Reads {@code host} or {@code host:port}, an IPv6 address in brackets either way.
   *
   * @param defaultPort the port of a text that has none, 1 to 65535
   * @return a problem is one phrase without any part of the text, so that a client may be told
   */
  public static Parsed<HostPort> parse(String text, int defaultPort) {
    boolean hasPort = text.startsWith("[") ? !text.endsWith("]") : text.indexOf(':') >= 0;
    return parse(hasPort ? text : text + ':' + defaultPort);
  }

  /** Digits from {@code start} to the end as a port, or -1. */
  private static int parsePort(String text, int start) {
    int digits = text.length() - start;
    if (digits == 0 || digits > MAX_PORT_DIGITS) {
      return -1;
    }
    int port = 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      port = port * 10 + (c - '0');
    }
    return isPort(port) ? port : -1;
  }

  /** Authority-form: {@code name:443}, {@code 192.0.2.1:443}, {@code [2001:db8::1]:443}. */
  @Override
  public String toString() {
    return host.bracketed() + ':' + port;
  }
}
