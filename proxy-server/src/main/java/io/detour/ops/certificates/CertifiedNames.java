package io.detour.ops.certificates;

import io.detour.core.Host;
import io.detour.core.Parsed;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The subject alternative names of a certificate, without its common name (RFC 9525 1.4).
 *
 * @param dnsNames as they stand in the certificate, possibly with {@code *}, or anything else
 */
public record CertifiedNames(List<String> dnsNames, List<String> addresses) {
  /** The tags of GeneralName in RFC 5280 4.2.1.6. */
  private static final int DNS_NAME = 2;

  private static final int IP_ADDRESS = 7;

  private static final String WILDCARD = "*.";

  public CertifiedNames {
    dnsNames = List.copyOf(dnsNames);
    addresses = List.copyOf(addresses);
  }

  static CertifiedNames of(X509Certificate certificate) {
    List<String> dnsNames = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    for (List<?> name : alternativeNames(certificate)) {
      if (name.get(0) instanceof Integer tag && name.get(1) instanceof String text) {
        switch (tag) {
          case DNS_NAME -> dnsNames.add(text);
          case IP_ADDRESS -> addresses.add(text);
          default -> {}
        }
      }
    }
    return new CertifiedNames(dnsNames, addresses);
  }

  private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
    try {
      @Nullable Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  /** Names and addresses, in this order. */
  public List<String> all() {
    List<String> all = new ArrayList<>(dnsNames);
    all.addAll(addresses);
    return all;
  }

  /** The first name of the certificate that covers a host, or null if none does. */
  public @Nullable String covering(Host host) {
    List<String> candidates = host.isAddress() ? addresses : dnsNames;
    for (String candidate : candidates) {
      if (host.isAddress() ? isAddress(candidate, host) : covers(candidate, host.name())) {
        return candidate;
      }
    }
    return null;
  }

  private static boolean isAddress(String candidate, Host host) {
    return switch (Host.parse(candidate)) {
      case Parsed.Value(Host address) -> address.equals(host);
      case Parsed.Malformed(_) -> false;
    };
  }

  /**
   * RFC 9525 6.3: letters compare without case, and {@code *} stands for exactly one label, the
   * first, whole. As browsers do, {@code *} is refused right below a top-level domain. Of public
   * suffixes with several labels nothing is known here.
   */
  private static boolean covers(String presented, String name) {
    String lower = presented.toLowerCase(Locale.ROOT);
    if (!lower.startsWith(WILDCARD)) {
      return lower.equals(name);
    }
    String parent = lower.substring(WILDCARD.length());
    int firstDot = name.indexOf('.');
    return parent.indexOf('.') > 0 && firstDot > 0 && name.substring(firstDot + 1).equals(parent);
  }
}
