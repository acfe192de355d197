package io.detour.cli;

import io.detour.core.HostPort;
import io.detour.core.Parsed;
import java.net.IDN;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host as people paste it: a URL, an IPv6 address without brackets, a name with letters beyond
 * ASCII. Clients of the proxy may send none of these.
 *
 * @param written the part of the text that names host and port, without credentials and path
 */
record PastedHost(String written, Parsed<HostPort> hostPort) {
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;
  private static final Pattern URL =
      Pattern.compile("(?:([A-Za-z][A-Za-z0-9+.-]*)://(?:[^/?#]*@)?)?([^/?#]*)(?:[/?#].*)?");
  private static final Pattern BARE_IPV6 =
      Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  /** What IDNA 2003, which Java has, writes otherwise than browsers do (UTS 46). */
  private static final Pattern DEVIATIONS = Pattern.compile("[\u00df\u03c2\u200c\u200d]");

  /** Port 443 if there is none, or that of the scheme. */
  static PastedHost of(String pasted) {
    Matcher url = URL.matcher(pasted.strip());
    if (!url.matches()) {
      return new PastedHost(pasted, HostPort.parse(pasted, HTTPS_PORT));
    }
    String scheme = url.group(1) == null ? "" : url.group(1).toLowerCase(Locale.ROOT);
    int port = scheme.equals("http") || scheme.equals("ws") ? HTTP_PORT : HTTPS_PORT;
    String written = url.group(2);
    return new PastedHost(written, HostPort.parse(ascii(written), port));
  }

  private static String ascii(String written) {
    if (BARE_IPV6.matcher(written).matches()) {
      return '[' + written + ']';
    }
    boolean isAscii = written.chars().allMatch(c -> c < 0x80);
    if (isAscii || DEVIATIONS.matcher(written).find()) {
      return written;
    }
    int end = written.lastIndexOf(':') < 0 ? written.length() : written.lastIndexOf(':');
    try {
      return IDN.toASCII(written.substring(0, end)) + written.substring(end);
    } catch (IllegalArgumentException e) {
      return written;
    }
  }
}
