package io.detour.rules.host;

import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.core.Subnet;

/**
 * A part of the old world that is being given up as a whole: the names with a suffix, or the
 * addresses of a network. Immutable.
 */
public sealed interface LegacyZone permits HostMatcher.Suffix, LegacyZone.Network {
  /** As the rule file has it: {@code .old.example.com}, {@code 10.1.0.0/16}. */
  String text();

  /** The addresses of a network, for clients that resolve names by themselves. */
  record Network(Subnet subnet, String text) implements LegacyZone {
    /** Reads what {@link Subnet#parse} takes. */
    public static Parsed<Network> parse(String text) {
      return switch (Subnet.parse(text)) {
        case Parsed.Value(Subnet subnet) -> Parsed.of(new Network(subnet, text));
        case Parsed.Malformed(String problem) ->
            Parsed.malformed(Printable.verbatim(text) + " is no network: " + problem);
      };
    }
  }
}
