package io.detour.rules.generate;

import io.detour.core.HostPort;
import io.detour.core.Parsed;

/** A proxy as PAC files name it: where it is, and whether browsers connect to it with TLS. */
public record PacProxy(Scheme scheme, HostPort address) {
  public static final String EXPECTED = "HOST:PORT, PROXY HOST:PORT or HTTPS HOST:PORT";

  /** The words of the PAC format. */
  public enum Scheme {
    PROXY,
    HTTPS
  }

  /** Reads an entry of a PAC file; without a scheme, it is a proxy without TLS. */
  public static Parsed<PacProxy> parse(String text) {
    for (Scheme scheme : Scheme.values()) {
      String word = scheme + " ";
      if (text.startsWith(word)) {
        return HostPort.parse(text.substring(word.length()).strip())
            .map(address -> new PacProxy(scheme, address));
      }
    }
    return HostPort.parse(text).map(address -> new PacProxy(Scheme.PROXY, address));
  }

  /** {@code HTTPS proxy.example.com:3129}. */
  @Override
  public String toString() {
    return scheme + " " + address;
  }
}
