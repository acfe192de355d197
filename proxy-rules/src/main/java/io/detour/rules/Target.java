package io.detour.rules;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.detour.core.AddressClass;
import io.detour.core.Host;
import io.detour.core.HostPort;
import io.detour.core.Parsed;
import io.detour.core.Printable;
import io.detour.rules.host.Captures;
import io.detour.rules.host.HostSlip;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One place that a rewrite may lead to; without a port, to the port that was asked for. */
public record Target(HostRewrite host, OptionalInt port, Way way) {
  /** The word for the asked host. */
  public static final String ORIGINAL = "original";

  /**
   * How a target is dialled: by a parent proxy or none, and to which classes of addresses although
   * the server denies them.
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
   * #ORIGINAL}, with a port or none. It is dialled directly.
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

  Parsed<HostPort> aim(HostPort asked, Captures captures) {
    return host.apply(asked.host(), captures)
        .map(made -> new HostPort(made, port.orElse(asked.port())));
  }

  /** Host and port as a rule file has them. */
  @Override
  public String toString() {
    return port.isPresent() ? host + ":" + port.getAsInt() : host.toString();
  }

  /** Reads the text of a rule's {@code to}. */
  private static final class TargetParser {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z]+|[0-9]{1,3})\\}");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");

    private TargetParser() {}

    static Parsed<Target> parse(String text) {
      return switch (read(text)) {
        case Parsed.Value(Target target) -> Parsed.of(target);
        case Parsed.Malformed(String problem) -> {
          String told =
              HostSlip.inTarget(
                  text, problem, meant -> read(meant) instanceof Parsed.Value<Target>);
          yield Parsed.malformed(Printable.verbatim(text) + " is not a target: " + told);
        }
      };
    }

    /** A target, or why it is none without the text itself. */
    private static Parsed<Target> read(String text) {
      boolean bracketed = text.startsWith("[");
      int hostEnd = bracketed ? text.indexOf(']') + 1 : colonOrEnd(text);
      if (bracketed && hostEnd == 0) {
        return Parsed.malformed("\"[\" has no \"]\"");
      }
      if (!bracketed && text.indexOf(':', hostEnd + 1) > 0) {
        return Parsed.malformed("an IPv6 address stands in brackets");
      }
      OptionalInt port = OptionalInt.empty();
      if (hostEnd < text.length()) {
        port = port(text.substring(hostEnd));
        if (port.isEmpty()) {
          return Parsed.malformed("port is not a number from 1 to 65535");
        }
      }
      return bracketed
          ? address(text.substring(1, hostEnd - 1), port)
          : name(text.substring(0, hostEnd), port);
    }

    private static int colonOrEnd(String text) {
      int colon = text.indexOf(':');
      return colon < 0 ? text.length() : colon;
    }

    private static OptionalInt port(String colonAndPort) {
      String digits = colonAndPort.substring(1);
      if (colonAndPort.charAt(0) != ':' || !PORT.matches(digits)) {
        return OptionalInt.empty();
      }
      int port = Integer.parseInt(digits);
      return HostPort.isPort(port) ? OptionalInt.of(port) : OptionalInt.empty();
    }

    private static Parsed<Target> address(String host, OptionalInt port) {
      return switch (Host.parse(host)) {
        case Parsed.Value(Host address) when address.kind() == Host.Kind.IPV6 ->
            direct(new HostRewrite.Constant(address), port);
        case Parsed.Value(Host _) -> Parsed.malformed("only an IPv6 address stands in brackets");
        case Parsed.Malformed(String problem) -> Parsed.malformed(problem);
      };
    }

    private static Parsed<Target> direct(HostRewrite host, OptionalInt port) {
      return Parsed.of(new Target(host, port, Way.DIRECT));
    }

    private static Parsed<Target> name(String host, OptionalInt port) {
      if (host.equals(ORIGINAL)) {
        return direct(new HostRewrite.Original(), port);
      }
      if (host.indexOf('{') < 0 && host.indexOf('}') < 0) {
        return Host.parse(host)
            .map(constant -> new Target(new HostRewrite.Constant(constant), port, Way.DIRECT));
      }
      List<HostRewrite.Piece> pieces = new ArrayList<>();
      StringBuilder sample = new StringBuilder();
      Matcher places = PLACEHOLDER.matcher(host);
      int end = 0;
      while (places.find()) {
        HostRewrite.Piece place = placeholder(places.group(1));
        if (place == null) {
          return unknownPlaceholder();
        }
        addLiteral(pieces, host.substring(end, places.start()));
        pieces.add(place);
        sample.append(host, end, places.start()).append('a');
        end = places.end();
      }
      addLiteral(pieces, host.substring(end));
      sample.append(host, end, host.length());
      if (sample.indexOf("{") >= 0 || sample.indexOf("}") >= 0) {
        return unknownPlaceholder();
      }
      String hopeless = hopeless(sample.toString());
      return hopeless == null
          ? direct(new HostRewrite.Template(pieces), port)
          : Parsed.malformed(hopeless);
    }

    private static HostRewrite.@Nullable Piece placeholder(String name) {
      if (name.equals("prefix")) {
        return new HostRewrite.PrefixPlace();
      }
      return Character.isDigit(name.charAt(0))
          ? new HostRewrite.GroupPlace(Integer.parseInt(name))
          : null;
    }

    private static void addLiteral(List<HostRewrite.Piece> pieces, String text) {
      if (!text.isEmpty()) {
        pieces.add(new HostRewrite.Literal(text));
      }
    }

    /** Why no capture can make a host of a template, or null. */
    private static @Nullable String hopeless(String sample) {
      return Host.parse(sample) instanceof Parsed.Malformed(String problem)
              && Host.parse(sample + 'a') instanceof Parsed.Malformed<Host>
          ? problem
          : null;
    }

    private static Parsed<Target> unknownPlaceholder() {
      return Parsed.malformed("unknown placeholder (expected: {prefix}, {0}, {1}, ...)");
    }
  }
}
