package io.detour.rules;

import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.MalformedAuthority;
import io.detour.core.ParsedAuthority;
import java.util.OptionalInt;

/**
 * Where a rewrite leads.
 *
 * @param host how the host comes about
 * @param port 1 to 65535, or empty to keep the asked port
 */
public record Target(HostRewrite host, OptionalInt port) implements ParsedTarget {
  /**
   * Reads a rule's {@code to}: a host, a template or an IPv6 address in brackets, and behind a
   * colon possibly a port.
   *
   * @return a {@link Target}, or a {@link Malformed} that says what is wrong
   */
  public static ParsedTarget parse(String text) {
    return TargetParser.parse(text);
  }

  /**
   * Where to dial for an asked host.
   *
   * @param asked gives the port unless the target has its own
   * @param captures what the rule's matcher found in the asked host
   * @return host and port, or why the template made no host
   */
  ParsedAuthority aim(HostPort asked, Captures captures) {
    return switch (host.apply(captures)) {
      case Host made -> new HostPort(made, port.orElse(asked.port()));
      case MalformedAuthority malformed -> malformed;
    };
  }

  /** As a rule file has it. */
  @Override
  public String toString() {
    return port.isPresent() ? host + ":" + port.getAsInt() : host.toString();
  }
}
