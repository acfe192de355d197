package io.detour.server.access;

import io.detour.rules.condition.PortRange;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Ports that clients may ask for. Immutable; any thread.
 *
 * @param ranges may overlap; none stands for no port
 */
public record PortSet(List<PortRange> ranges) {
  private static final PortRange ALL = new PortRange(1, 65_535);
  private static final int MAX_SHOWN = 10;

  public PortSet {
    ranges = List.copyOf(ranges);
  }

  public static PortSet any() {
    return new PortSet(List.of(ALL));
  }

  public static PortSet of(int... ports) {
    return new PortSet(Arrays.stream(ports).mapToObj(port -> new PortRange(port, port)).toList());
  }

  public PortSet and(PortSet others) {
    return new PortSet(Stream.concat(ranges.stream(), others.ranges.stream()).distinct().toList());
  }

  public boolean contains(int port) {
    return ranges.stream().anyMatch(range -> range.contains(port));
  }

  /** For people: {@code 80, 443, 8000-8099}, the first of them if there are many. */
  String text() {
    if (ranges.isEmpty()) {
      return "none";
    }
    String first =
        ranges.stream().limit(MAX_SHOWN).map(PortRange::toString).collect(Collectors.joining(", "));
    return ranges.size() > MAX_SHOWN ? first + ", ..." : first;
  }

  /** Whether one of the ranges has every port. */
  public boolean isAny() {
    return ranges.contains(ALL);
  }
}
