package io.detour.rules;

import io.detour.core.AddressClass;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.rules.host.Captures;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One place that a rewrite may lead to.
 *
 * @param host how the host comes about
 * @param port 1 to 65535, or empty to keep the asked port
 * @param way how it is dialled
 */
public record Target(HostRewrite host, OptionalInt port, Way way) {
  /** The word for the asked host. */
  public static final String ORIGINAL = "original";

  /**
   * How a target is dialled.
   *
   * @param via the name of a parent proxy that is to dial it, or null for nobody
   * @param allow addresses of these classes may be dialled although the server denies them
   */
  public record Way(@Nullable String via, Set<AddressClass> allow) {
    /** Directly, as any host. */
    public static final Way DIRECT = new Way(null, Set.of());

    public Way {
      allow = Set.copyOf(allow);
    }
  }

  /**
   * Reads a rule's {@code to}: a host, a template, an IPv6 address in brackets, or {@value
   * #ORIGINAL}; and behind a colon possibly a port.
   *
   * @return a {@link Target} that is dialled directly, or a {@link Parsed.Malformed} that says what
   *     is wrong
   */
  public static Parsed<Target> parse(String text) {
    return TargetParser.parse(text);
  }

  /** The same on another port. */
  public Target withPort(int other) {
    return new Target(host, OptionalInt.of(other), way);
  }

  /** The same, dialled in another way. */
  public Target withWay(Way other) {
    return new Target(host, port, other);
  }

  /**
   * Where to dial for an asked host.
   *
   * @param asked gives the port unless the target has its own
   * @param captures what the rule's matcher found in the asked host
   * @return host and port, or why the template made no host
   */
  Parsed<HostPort> aim(HostPort asked, Captures captures) {
    return host.apply(asked.host(), captures)
        .map(made -> new HostPort(made, port.orElse(asked.port())));
  }

  /** Host and port as a rule file has them. */
  @Override
  public String toString() {
    return port.isPresent() ? host + ":" + port.getAsInt() : host.toString();
  }
}
