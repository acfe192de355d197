package io.detour.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A system whose language {@code detour generate} knows. */
enum GeneratedFormat {
  PAC,
  HOSTS,
  DNSMASQ,
  COREDNS,
  CHROMIUM,
  NGINX_MAP;

  /** Whether it knows no names of targets. */
  boolean needsAddresses() {
    return this == HOSTS || this == DNSMASQ;
  }

  /** As the command line has it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Reads what {@link #toString} writes. */
  static final class Converter implements ITypeConverter<GeneratedFormat> {
    @Override
    public GeneratedFormat convert(String text) {
      return Arrays.stream(values())
          .filter(format -> format.toString().equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'" + text + "' is no format (expected: " + all() + ")"));
    }

    private static String all() {
      return Arrays.stream(values())
          .map(GeneratedFormat::toString)
          .collect(Collectors.joining(", "));
    }
  }
}
