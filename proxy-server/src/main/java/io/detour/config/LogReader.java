package io.detour.config;

import io.detour.rules.document.Fields;
import io.detour.rules.document.Fields.Keys;
import io.detour.rules.document.Node;
import io.detour.server.log.DiagnosticsLevel;
import io.detour.server.log.LogFormat;
import io.detour.server.log.LogOptions;
import io.detour.server.log.LogTarget;
import java.nio.file.Path;

/** Reads {@code log}. For one file. */
final class LogReader {
  private static final Keys KEYS =
      Keys.of("format", "access", "level", "periodic", "uses_per_minute");

  private final ScalarReader scalars;

  LogReader(ScalarReader scalars) {
    this.scalars = scalars;
  }

  /** What the file says, and the usual where it says nothing. */
  LogOptions log(Fields file, LogOptions usual) {
    Fields fields = scalars.section(file, "log", KEYS);
    if (fields == null) {
      return usual;
    }
    LogFormat format = fields.word("format", LogFormat.class);
    DiagnosticsLevel level = fields.word("level", DiagnosticsLevel.class);
    return new LogOptions(
        format == null ? usual.format() : format,
        access(fields, usual.access()),
        level == null ? usual.level() : level,
        scalars.durationOrOff(
            fields, "periodic", LogOptions.MIN_PERIODIC, LogOptions.MAX_PERIODIC, usual.periodic()),
        scalars.countOrOff(
            fields, "uses_per_minute", 1, LogOptions.MAX_USES, usual.usesPerMinute()));
  }

  private LogTarget access(Fields fields, LogTarget usual) {
    Node.Scalar text = fields.optionalText("access");
    if (text == null) {
      return usual;
    }
    for (LogTarget.Stream stream : LogTarget.Stream.values()) {
      if (text.text().equals(Fields.wordOf(stream))) {
        return stream;
      }
    }
    Path path = scalars.path("access", text);
    return path == null ? usual : new LogTarget.File(path);
  }
}
