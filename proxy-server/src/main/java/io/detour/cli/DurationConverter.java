package io.detour.cli;

import io.detour.rules.document.DurationText;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations on the command line as in the configuration file. */
final class DurationConverter implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    Duration duration = DurationText.parse(text);
    if (duration == null) {
      throw new TypeConversionException(
          "'" + text + "' is not a duration (expected: " + DurationText.EXPECTED + ")");
    }
    if (duration.compareTo(DurationText.LONGEST) > 0) {
      throw new TypeConversionException("'" + text + "' is too long (expected: 365d at most)");
    }
    return duration;
  }
}
